"""Object files: from LLVM's intermediate code to bytes that can be stored, and from bytes to callable addresses.

Only llvmlite is needed here. A process whose loops all come from the cache never imports numba.
"""

import functools
import os

import llvmlite.binding as llvm

from numba_act.engine.compiler.memory import immortal

# Intermediate code may call these by name; they are part of every C library, so a stored object can be linked anywhere.
_ALWAYS_PRESENT = ("llvm.", "mem", "fma")


@functools.cache
def processor():
    """Return the name and features of the CPU to compile for, with numba's own environment variables honoured."""
    name = os.environ.get("NUMBA_CPU_NAME")
    features = os.environ.get("NUMBA_CPU_FEATURES")
    if features is None:
        generic = str(name).lower() == "generic"
        features = "" if generic else llvm.get_host_cpu_features().flatten()
        # LLVM takes half of AVX-512's registers on Intel's processors, for the sake of the clock rate of the first
        # ones.
        features += ",-prefer-256-bit" if "+avx512f" in features else ""
    return name or llvm.get_host_cpu_name(), features


def looks_up_tables():
    """Return whether one instruction of the CPU to compile for looks up the numbers of a whole vector in a `Table`."""
    features = processor()[1].split(",")
    return "+avx512f" in features and "-prefer-256-bit" in features


@functools.cache
def _engine():
    """Return the target machine and the one execution engine of this process; code is never unloaded."""
    if tuple(map(int, llvm.llvm_version_info)) < (20,):
        llvm.initialize()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    triple = llvm.get_process_triple()
    name, features = processor()
    machine = llvm.Target.from_triple(triple).create_target_machine(
        cpu=name,
        features=features,
        opt=3,
        reloc="static" if triple.startswith("x86") else "default",
        codemodel="jitdefault",
        jit=True,
    )
    module = llvm.parse_assembly("")
    module.triple = triple
    # Threads may still run its code while the interpreter shuts down.
    return machine, immortal(llvm.create_mcjit_compiler(module, machine))


def optimised(intermediate, packs_statements):
    """Return LLVM intermediate code after all of LLVM's passes, vectorisation included.

    ``packs_statements`` is whether like statements that stand beside each other become a vector too.
    """
    machine, _ = _engine()
    module = llvm.parse_assembly(intermediate)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization, options.slp_vectorization = True, packs_statements
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    return str(module)


def inlined(intermediate):
    """Return LLVM intermediate code with the functions inlined that ask for it, and nothing else changed."""
    machine, _ = _engine()
    module = llvm.parse_assembly(intermediate)
    passes = llvm.create_new_module_pass_manager()
    passes.add_always_inliner_pass()
    passes.run(module, llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options()))
    return str(module)


def object_code(intermediate, symbol, name):
    """Compile optimised LLVM intermediate code to an object file.

    Parameters
    ----------
    intermediate : str
    symbol : str
        The function wanted from it.
    name : str
        What it is to be called, unlike any other function this process may ever load: numba's own symbols are numbered
        afresh in each process, so objects from two of them may use one symbol for two functions.

    Returns
    -------
    tuple of (bytes, list of str)
        The object file, and the names it needs from outside.
    """
    machine, _ = _engine()
    module = llvm.parse_assembly(intermediate.replace(symbol, name))
    needed = []
    for function in module.functions:
        if not function.is_declaration:
            if function.name != name:
                function.linkage = "internal"
        elif not function.name.startswith(_ALWAYS_PRESENT):
            needed.append(function.name)
    for variable in module.global_variables:
        if not variable.is_declaration:
            variable.linkage = "internal"
    return machine.emit_object(module), needed


def resolvable(names):
    """Return whether this process has all the functions that an object file needs from outside."""
    _engine()  # registers the process itself as a place to look
    return all(llvm.address_of_symbol(name) for name in names)


def load(code, name):
    """Link an object file into this process and return the address of one of its functions."""
    _, engine = _engine()
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine.get_function_address(name)
