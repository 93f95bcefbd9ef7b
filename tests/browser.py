"""A browser that may ask only this machine for pages, and what goes wrong in it."""

import contextlib
import functools
import http.server
import shutil
import threading

# No host but this machine has an address, and the browser itself does not look for any.
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-first-run",
)
NAMES = "chromium", "chromium-browser", "google-chrome", "chrome"


def chromium():
    """Return the path of a Chromium that is installed here, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def started(path):
    """Give a browser that runs until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # The pages are our own, and as root Chromium does not start in its sandbox.
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS, chromium_sandbox=False)
        yield browser
        browser.close()


@contextlib.contextmanager
def served(folder):
    """Give the address at which a folder is served until the block ends."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that does not write to stderr."""

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def window(browser, address, **settings):
    """Give an empty page and fail at the end of the block if anything went wrong in it.

    What goes wrong is a request to another host than that of the address, a file that is not there, an error in the
    console and an exception that no script catches.
    """
    problems = []

    def refuse(route):
        problems.append(f"another host: {route.request.url}")
        route.abort()

    def failed(request):
        # A page that is left stops loading what it no longer needs.
        if request.failure != "net::ERR_ABORTED":
            problems.append(f"not loaded: {request.url}")

    with contextlib.closing(browser.new_context(base_url=address, **settings)) as context:
        context.set_default_timeout(20_000)
        context.route(lambda asked: not asked.startswith((address, "data:", "blob:")), refuse)
        context.on("requestfailed", failed)
        context.on("response", lambda response: response.ok or problems.append(f"{response.status}: {response.url}"))
        context.on("console", lambda message: message.type == "error" and problems.append(f"console: {message.text}"))
        context.on("weberror", lambda error: problems.append(f"exception: {error.error}"))
        page = context.new_page()
        yield page
        page.wait_for_load_state("networkidle")
    if problems:
        raise AssertionError("\n".join(problems))
