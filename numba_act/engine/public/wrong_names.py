"""What is said of wrong names: those that other frameworks have for the same, and misspelt ones.

Python adds a guess of its own to what it knows of, by letters alone, which makes mish of swish: so errors are made here
as a whole.
"""

import os

# As other frameworks call what is there. Capitals and underscores do not count.
SYNONYMS = {
    "expit": "sigmoid",
    "gelufast": "gelu_tanh",
    "gelunew": "gelu_tanh",
    "gelupytorchtanh": "gelu_tanh",
    "logexpit": "log_sigmoid",
    "logistic": "sigmoid",
    "lrelu": "leaky_relu",
    "lse": "logsumexp",
    "prelu": "leaky_relu, whose negative_slope may be an array",
    "rectifier": "relu",
    "swish": "silu, which is swish with beta = 1",
}

# What others have and we have not yet: no misspellings of ours, however near.
_ELSEWHERE = {
    "celu", "crelu", "geglu", "glu", "hardshrink", "hardsigmoid", "hardsilu", "hardswish", "hardtanh",
    "quickgelu", "reglu", "relu2", "relu6", "rrelu", "smish", "softmin", "softshrink", "softsign", "sparsemax",
    "sparseplus", "squareplus", "srelu", "swiglu", "tanhshrink", "threshold",
}  # fmt: skip

# Keywords of other frameworks, and what they are called here if the function has that.
KEYWORDS = {
    "alpha": ("negative_slope", "it is negative_slope here"),
    "dim": ("axis", "it is axis here"),
    "inplace": ("out", "out=x writes the results into x"),
    "input": ("x", "it is x here"),
    "keepdim": ("keepdims", "it is keepdims here"),
    "mask": ("where", "it is where here, True for the elements that are used"),
    "slope": ("negative_slope", "it is negative_slope here"),
}


def unknown_name(module, name, known, caller):
    """Return the error for an activation that a module has not got.

    Parameters
    ----------
    module : module
    name : str
    known : iterable of str
        The names of all activations.
    caller : frame
        That of the code that asks for the name.

    Returns
    -------
    AttributeError or ImportError
    """
    hint = _hint(name, known)
    if hint and _is_imported(caller):
        return ImportError(f"cannot import name {name!r} from {module.__name__!r}{hint}", name=module.__name__)
    # With the module for its obj, Python would add its own guess; without the name, it would add both itself.
    return AttributeError(f"module {module.__name__!r} has no activation {name!r}{hint}", name=name)


def refuse_keywords(function, keywords, accepted):
    """Raise the error for the first keyword that a function does not take, if there is one.

    Parameters
    ----------
    function : str
        Its name.
    keywords : iterable of str
        Those of a call.
    accepted : container of str
        The names of all arguments that there are.
    """
    for keyword in keywords:
        if keyword not in accepted:
            meant, hint = KEYWORDS.get(keyword, (None, ""))
            hint = f"; {hint}" if meant in accepted else ""
            raise TypeError(f"{function}() got an unexpected keyword argument {keyword!r}{hint}") from None


# Python makes an error of its own, without a word of the module's, of an AttributeError in ``from module import name``.
def _is_imported(frame):
    """Return whether code asks for an attribute by such a statement."""
    from opcode import opmap

    return frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]


def _hint(name, known):
    word = _letters(name)
    right = {_letters(each): each for each in known}
    if word in right or word in SYNONYMS:
        return f"; did you mean {right.get(word) or SYNONYMS[word]}?"
    if word in _ELSEWHERE:
        return "; it is not there yet"
    near = [each for letters, each in right.items() if _is_near(word, letters)]
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _letters(name):
    return name.lower().replace("_", "")


def _is_near(wrong, right):
    """Return whether a letter is missing, too many, another one, or exchanged with the next one."""
    same = len(os.path.commonprefix([wrong, right]))  # noqa: RUF071, letters are wanted
    a, b = wrong[same:], right[same:]
    return b in (a[1:], a[1::-1] + a[2:]) or b[1:] in (a, a[1:])
