"""What the scripts have in common: the command line, and of those about threads the processes and the report."""

import argparse
import importlib.util
import sys

from layers.processes import LAYERS, on_each_layer

BRINGS = "which `pip install -e .[demo]` brings"


def parser(description, written):
    """Return the parser of the options that both scripts about threads have."""
    made = report_parser(description, written)
    made.add_argument("--layer", nargs="+", choices=LAYERS, default=LAYERS, help="only these layers")
    return made


def report_parser(description, written):
    """Return the parser of the options that all scripts have; ``written`` is the file that ``--write`` keeps."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--quick", action="store_true", help="a few blocks of each; the figures mean nothing")
    made.add_argument("--write", action="store_true", help=f"write the report to {written.name} as well")
    return made


def parsed(made):
    """Return what the command line says; ends the script where a package is missing without which it cannot measure."""
    options = made.parse_args()
    if importlib.util.find_spec("tqdm") is None:
        sys.exit(f"This needs tqdm, {BRINGS}.")
    return options


def measured(measure, options, title, body, **more):
    """Measure each layer and return what has been found, by layer, and the report.

    Parameters
    ----------
    measure : callable
        For `on_each_layer`.
    options : argparse.Namespace
    title : str
    body : callable
        Returns the report's Markdown for what has been found.
    **more
        Further options of ``measure``.
    """
    from layers import markdown
    from layers.others import Watch

    watch = Watch()
    results, missing = on_each_layer(measure, options.layer, quick=options.quick, **more)
    if not results:
        sys.exit("\n".join(f"no {layer}: {reason}" for layer, reason in missing.items()))
    return results, f"# {title}\n\n{markdown.conditions(missing, watch, options.quick)}\n\n{body(results)}\n"
