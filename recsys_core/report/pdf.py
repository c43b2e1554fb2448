"""A page as PDF, printed by the Chromium of this machine, where there is one."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from recsys_core.errors import StoreError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
SECONDS = 120
DRAWING = 5_000  # milliseconds of the page's own clock, in which its charts are drawn


def browser() -> str | None:
    """The program that prints; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def as_pdf(html: str) -> bytes:
    """The page as it is printed. The browser is cut off from the network.

    Raises:
        StoreError: there is no Chromium here, or it printed nothing.
    """
    program = browser()
    if program is None:
        raise StoreError(
            "There is no Chromium on this machine, which would print the PDF.",
            "Install it (on Debian: apt-get install chromium), or open the HTML file anywhere and print it from there.",
            "no-browser",
        )
    with tempfile.TemporaryDirectory(prefix="foretaste-", ignore_cleanup_errors=True) as folder:
        page, printed = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(html, encoding="utf-8")
        command = [program, "--headless", "--disable-gpu", "--no-first-run", f"--user-data-dir={folder}/profile"]
        command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--virtual-time-budget={DRAWING}"]
        command += ["--no-sandbox"] if os.geteuid() == 0 else []  # root has no sandbox
        command += ["--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
            return printed.read_bytes()
        except (OSError, subprocess.TimeoutExpired) as error:
            raise StoreError(
                "Chromium printed no PDF.", "Open the HTML file in a browser and print it from there.", "no-pdf"
            ) from error
