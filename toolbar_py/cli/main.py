"""``toolbar-py``: the command line.

Every command lives in a file of its own and loads the service only when it runs, so that help comes at once.
"""

import sys
from typing import Annotated

import typer

from toolbar_py import __version__
from toolbar_py.cli.check import check
from toolbar_py.cli.demo import demo
from toolbar_py.cli.importing import import_contacts
from toolbar_py.cli.serve import serve
from toolbar_py.cli.token import token
from toolbar_py.service.errors import SetupError

app = typer.Typer(
    name="toolbar-py",
    help="The easyCIM toolbar: the service that pages talk to, and the tools to run it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(serve)
app.command()(demo)
app.command()(token)
app.command()(check)
app.command("import")(import_contacts)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"toolbar-py {__version__}")
        raise typer.Exit


@app.callback()
def _options(  # pyright: ignore[reportUnusedFunction]
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Take the options that come before the command."""


def run() -> None:
    """Run the command line. Exit codes: 0 done, 1 failed, 2 used wrongly; every error is one line on stderr."""
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        sys.exit(_fail(error.format_message(), error.exit_code))
    except SetupError as error:
        sys.exit(_fail(str(error), 1))
    except typer.Abort:
        sys.exit(_fail("stopped", 1))
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> int:
    text = " ".join(message.split())
    if text:
        typer.echo(f"toolbar-py: {text}", err=True)
    return code
