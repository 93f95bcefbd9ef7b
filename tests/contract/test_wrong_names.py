"""Wrong names: other frameworks' are translated, misspelt ones guessed, and nothing is said twice."""

import inspect
import sys

import pytest

import numba_act as na
from numba_act.engine.public.registry import activations
from numba_act.engine.public.wrong_names import SYNONYMS

HINTS = {
    "swish": "did you mean silu, which is swish with beta = 1?",
    "prelu": "did you mean leaky_relu, whose negative_slope may be an array?",
    "lrelu": "did you mean leaky_relu?",
    "leakyrelu": "did you mean leaky_relu?",
    "LeakyReLU": "did you mean leaky_relu?",
    "SiLU": "did you mean silu?",
    "Softmax": "did you mean softmax?",
    "log_sum_exp": "did you mean logsumexp?",
    "gelu_new": "did you mean gelu_tanh?",
    "sotfmax": "did you mean softmax?",
    "sigmod": "did you mean sigmoid?",
    "tanhh": "did you mean tanh?",
    "mosh": "did you mean mish?",
    "hard_swish": "it is not there yet",
    "softmin": "it is not there yet",
    "ReLU6": "it is not there yet",
    "glu": "it is not there yet",
    "xyzzy": None,
    "softer": None,
}


def shown(statement, capsys):
    """Return the last line that the interpreter prints of a statement that fails: with what it adds itself."""
    try:
        exec(statement, {"na": na})  # noqa: S102
    except (AttributeError, ImportError):
        sys.__excepthook__(*sys.exc_info())
    return capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("name", HINTS)
def test_attribute(name, capsys):
    for module in ("na", "na.cpu"):
        said = shown(f"{module}.{name}", capsys)
        own = f"AttributeError: module {module.replace('na', 'numba_act', 1)!r} has no activation {name!r}"
        assert said == (f"{own}; {HINTS[name]}" if HINTS[name] else own)


@pytest.mark.parametrize("name", [name for name in HINTS if HINTS[name]])
def test_import(name, capsys):
    for module in ("numba_act", "numba_act.parallel"):
        said = shown(f"from {module} import {name}", capsys)
        assert said == f"ImportError: cannot import name {name!r} from {module!r}; {HINTS[name]}"


def test_import_of_a_name_unlike_all_others(capsys):
    assert shown("from numba_act import xyzzy", capsys).startswith("ImportError: cannot import name 'xyzzy'")


@pytest.mark.parametrize("name", ["swish", "softmin", "sotfmax", "xyzzy"])
def test_absent_names_are_absent_to_those_who_only_ask(name):
    assert not hasattr(na, name)
    assert getattr(na, name, None) is None
    with pytest.raises(ImportError):
        exec(f"from numba_act import relu, {name}")  # noqa: S102


def test_synonyms_are_written_without_capitals_and_underscores_and_lead_to_activations():
    ours = {name.replace("_", "") for name in activations()}
    for wrong, right in SYNONYMS.items():
        assert wrong == wrong.lower().replace("_", "")
        assert wrong not in ours
        assert right.partition(",")[0] in activations()


KEYWORDS = {
    ("leaky_relu", "alpha"): "; it is negative_slope here",
    ("leaky_relu", "slope"): "; it is negative_slope here",
    ("leaky_relu", "inplace"): "; out=x writes the results into x",
    ("leaky_relu", "mask"): "; it is where here, True for the elements that are used",
    ("leaky_relu", "input"): "; it is x here",
    ("leaky_relu", "dim"): "",
    ("elu", "slope"): "",
    ("elu", "beta"): "",
    ("softmax", "dim"): "; it is axis here",
    ("softmax", "mask"): "; it is where here, True for the elements that are used",
    ("softmax", "inplace"): "; out=x writes the results into x",
    ("softmax", "keepdim"): "",
    ("logsumexp", "dim"): "; it is axis here",
    ("logsumexp", "keepdim"): "; it is keepdims here",
    ("logsumexp", "alpha"): "",
}


@pytest.mark.parametrize(("name", "keyword"), KEYWORDS)
def test_keyword(name, keyword):
    hint = KEYWORDS[name, keyword]
    with pytest.raises(TypeError) as raised:
        getattr(na, name)([-1.0, 2.0], **{keyword: True})
    assert str(raised.value) == f"{name}() got an unexpected keyword argument {keyword!r}{hint}"
    assert raised.value.__suppress_context__, "NumPy's own error would be printed above it"


def test_other_mistake_beside_right_keywords_is_explained_by_numpy():
    with pytest.raises(TypeError, match="No loop matching"):
        na.leaky_relu([-1.0, 2.0], dtype="complex64")


@pytest.mark.parametrize("axis", [1.0, "c", (0, 0.0), ["c"]], ids=str)
def test_axis_that_is_no_integer(axis):
    for function in (na.softmax, na.logsumexp):
        with pytest.raises(TypeError, match="axis must be an int, a tuple of ints or None, not") as raised:
            function([[1.0, 2.0]], axis=axis)
        assert repr(axis) in str(raised.value)


def test_wrong_keywords_are_no_part_of_a_signature():
    assert str(inspect.signature(na.logsumexp)) == (
        "(x, axis=-1, out=None, *, keepdims=False, where=None, scale=None, dtype=None, dim=None)"
    )
