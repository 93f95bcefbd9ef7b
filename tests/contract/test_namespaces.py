"""The namespaces: cheap to import, equal in content, built on use."""

import importlib
import inspect
import operator
import runpy
from pathlib import Path

import numpy as np
import pytest
from package_copy import Package
from processes import finish, output_of
from subjects import MODULES

import numba_act
from numba_act.engine.public.registry import activations

NAMESPACES = [*MODULES.values(), "numba_act.cuda"]
namespaces = pytest.mark.parametrize("namespace", NAMESPACES)


def near_misses(name):
    """Return a name with two letters exchanged, with one changed and with one missing."""
    return [name[:-3] + name[-2] + name[-3] + name[-1], name[:-2] + "o" + name[-1:], name[:-1]]


# ---- importing


@namespaces
def test_import_brings_neither_numba_nor_its_compiler(tmp_path, namespace):
    script = f"""
        import sys

        import {namespace}

        print(sorted({{"numba", "llvmlite"}} & set(sys.modules)))
    """
    assert output_of(script, home=tmp_path) == "[]\n"


def test_import_brings_nothing_but_numpy(tmp_path):
    """What NumPy does not load itself costs time at every start, so it waits for the first activation."""
    script = """
        import sys

        import numpy

        before = set(sys.modules)
        import numba_act

        print([name for name in sorted(set(sys.modules) - before) if name.partition(".")[0] != "numba_act"])
    """
    assert output_of(script, home=tmp_path) == "[]\n"


def test_every_module_can_be_imported_first(tmp_path):
    """But those for other libraries, which need these."""
    script = """
        import importlib
        import pkgutil
        import sys

        import numba_act

        def walk(path, prefix):
            for module in pkgutil.iter_modules(path, prefix):
                yield module.name
                if module.ispkg and module.name != "numba_act.engine.libraries":
                    yield from walk(importlib.import_module(module.name).__path__, f"{module.name}.")

        names = list(walk(numba_act.__path__, "numba_act."))
        assert len(names) > 20
        for name in names:
            for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == "numba_act"]:
                del sys.modules[loaded]
            importlib.import_module(name)
    """
    assert output_of(script, home=tmp_path) == ""


def test_asking_what_there_is_compiles_nothing(tmp_path):
    """dir(), private names and misspelt names: tools ask for all of them."""
    script = """
        import sys

        import numba_act

        for module in (numba_act, numba_act.cpu, numba_act.parallel, numba_act.ufuncs):
            dir(module)
            for name in ("_private", "__wrapped__", "__path__", "_ipython_canary_method", "no_such_activation"):
                hasattr(module, name)
        print(sorted({"numba", "llvmlite"} & set(sys.modules)))
    """
    assert output_of(script, home=tmp_path, NUMBA_ACT_CACHE_DIR=tmp_path / "cache") == "[]\n"
    assert not (tmp_path / "cache").exists()


def test_only_what_is_used_is_compiled(tmp_path):
    script = """
        import numba_act

        numba_act.cpu.probe
    """
    package = Package(tmp_path)
    finish(package.start(script))
    compiled = {path.name.partition("-")[0] for path in package.cache.iterdir()}
    assert compiled & {*activations(), "probe"} == {"probe"}


def test_first_access_from_many_threads_gives_one_object():
    script = """
        import threading

        import numba_act

        barrier = threading.Barrier(8)
        found = []


        def ask(number):
            barrier.wait()
            module = (numba_act, numba_act.ufuncs)[number % 2]
            function = module.leaky_relu
            found.append(getattr(function, "ufunc", function))


        threads = [threading.Thread(target=ask, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print(len(found), len(set(map(id, found))))
    """
    assert output_of(script, home=Path.home()) == "8 1\n"


# ---- content


@namespaces
def test_names_are_those_of_the_registry(namespace):
    module = importlib.import_module(namespace)
    assert set(activations()) <= set(dir(module))


@pytest.mark.parametrize("namespace", MODULES.values())
def test_every_name_is_there(namespace):
    module = importlib.import_module(namespace)
    for name in activations():
        assert callable(getattr(module, name))


@pytest.mark.parametrize("namespace", MODULES.values())
def test_star_import(namespace, tmp_path):
    (tmp_path / "user.py").write_text(f"from {namespace} import *\n", encoding="utf-8")
    scope = runpy.run_path(tmp_path / "user.py")
    module = importlib.import_module(namespace)
    assert {name: scope.get(name) for name in activations()} == {name: getattr(module, name) for name in activations()}


def test_from_import(tmp_path):
    (tmp_path / "user.py").write_text(f"from numba_act import {', '.join(activations())}\n", encoding="utf-8")
    scope = runpy.run_path(tmp_path / "user.py")
    assert {name: scope[name] for name in activations()} == {name: getattr(numba_act, name) for name in activations()}


def test_ufuncs_are_those_under_the_automatic_functions(declaration):
    public = getattr(numba_act, declaration.name)
    assert getattr(numba_act.ufuncs, declaration.name) is getattr(public, "ufunc", public)


def test_every_access_gives_the_same_object(declaration):
    for namespace in MODULES.values():
        module = importlib.import_module(namespace)
        assert getattr(module, declaration.name) is getattr(module, declaration.name)


@namespaces
def test_unknown_name_is_refused_with_the_near_one(declaration, namespace):
    module = importlib.import_module(namespace)
    for wrong in near_misses(declaration.name):
        assert wrong not in activations(), "the test needs another misspelling"
        with pytest.raises(AttributeError, match=rf"\b{declaration.name}\b") as raised:
            getattr(module, wrong)
        assert namespace in str(raised.value)


@namespaces
def test_unlike_name_is_refused_without_a_hint(namespace):
    with pytest.raises(AttributeError, match="xyzzy") as raised:
        operator.attrgetter("xyzzy")(importlib.import_module(namespace))
    assert not any(name in str(raised.value) for name in activations())


@namespaces
@pytest.mark.parametrize("name", ["_private", "__wrapped__", "__no_such__"])
def test_private_name_is_refused(namespace, name):
    assert not hasattr(importlib.import_module(namespace), name)


# ---- what a user reads


@pytest.mark.parametrize("namespace", MODULES.values())
def test_docstrings_describe_x_and_every_parameter(declaration, namespace):
    text = inspect.getdoc(getattr(importlib.import_module(namespace), declaration.name))
    assert len(text.partition("\n")[0]) > 10
    for name in ("x", "out", *declaration.parameters):
        assert f"\n{name} : " in text


@pytest.mark.parametrize("namespace", ["numba_act", "numba_act.cpu", "numba_act.parallel"])
def test_signature_of_a_function_with_parameters(parametrised, namespace):
    signature = inspect.signature(getattr(importlib.import_module(namespace), parametrised.name))
    first = list(signature.parameters.values())[: len(parametrised.inputs) + len(parametrised.parameters) + 1]
    expected = {"x": inspect.Parameter.empty, **parametrised.parameters, "out": None}
    assert {parameter.name: parameter.default for parameter in first} == expected
    assert all(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in first)


def test_signature_of_leaky_relu():
    assert str(inspect.signature(numba_act.leaky_relu)).startswith("(x, negative_slope=0.01, out=None")


@pytest.mark.parametrize("namespace", MODULES.values())
def test_names_of_the_objects_themselves(declaration, namespace):
    """Repr and pickle show where a function comes from."""
    function = getattr(importlib.import_module(namespace), declaration.name)
    assert function.__name__ == declaration.name
    home = importlib.import_module(function.__module__)
    assert getattr(home, function.__qualname__) is function


def test_parameters_can_be_passed_by_name_and_by_position(parametrised):
    function = getattr(numba_act, parametrised.name)
    values = [default + 0.25 for default in parametrised.parameters.values()]
    x = np.array([-2.0, 3.0])
    expected = getattr(numba_act.ufuncs, parametrised.name)(x, *values)
    out = np.zeros(2)
    np.testing.assert_array_equal(function(x, *values), expected)
    np.testing.assert_array_equal(function(x, **dict(zip(parametrised.parameters, values, strict=True))), expected)
    np.testing.assert_array_equal(function(x=x, out=out), function(x))
    assert function(x, *values, out) is out
    np.testing.assert_array_equal(out, expected)
