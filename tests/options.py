"""Options of a command, as a test types them."""


def replaced(words, options) -> list[str]:
    """``words``, pairs of option and value, with those of ``options`` in place of their own."""
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    pairs |= dict(zip(map(str, options[::2]), map(str, options[1::2]), strict=True))
    return [word for pair in pairs.items() for word in pair]
