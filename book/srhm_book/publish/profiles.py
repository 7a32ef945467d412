"""The profiles of the notebooks: how much is trained, and each parameter's default under them.

A parameter whose default depends on the profile is a dictionary in the `parameters` cell,
`v = {"book": 6, "smoke": 4}`, and becomes a value right after it:

    v, s0 = by_profile(profile, v, s0)

What a caller gives in its place (papermill, `srhm-book run -p v 8`) is no such dictionary, and
stays.
"""

PROFILES = ("book", "fresh", "smoke")


def by_profile(profile: str, *parameters):
    """The parameters' values under ``profile``: one alone, several as a tuple.

    A dictionary over profiles stands for its entry, that of "book" where it names no other; any
    other value is a caller's and stays. ValueError for a profile that there is not.
    """
    check_profile(profile)
    values = tuple(_value(parameter, profile) for parameter in parameters)
    return values[0] if len(values) == 1 else values


def check_profile(profile: str) -> None:
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}, not {profile!r}.")


def _value(parameter, profile: str):
    if isinstance(parameter, dict) and "book" in parameter and set(parameter) <= set(PROFILES):
        return parameter.get(profile, parameter["book"])
    return parameter
