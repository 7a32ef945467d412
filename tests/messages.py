"""What a message must carry, whatever its wording: names, values and what is allowed."""

import re


def says(*words) -> str:
    """A pattern for ``match=``: every one of ``words`` stands in the message, whole, in any order.

    A word is a name, a number or a few words; 1 is found neither in 10 nor in 1.5, nor m in mean.
    """
    return "(?s)^" + "".join(rf"(?=.*(?<![\w.-]){re.escape(str(w))}(?!\w|\.\d))" for w in words)
