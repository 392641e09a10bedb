"""Starts a kernel by its name as Jupyter does and prints, as JSON, what it says.

Run by the interpreter that has jupyter_client: `kernel_client.py NAME CODE`.
"""

from __future__ import annotations

import json
import sys

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel


def main(name: str, code: str) -> None:
    """Prints the kernels that there are, and what the code prints in one of them."""
    listed = KernelSpecManager().get_all_specs()
    titles = {it: found["spec"]["display_name"] for it, found in listed.items()}
    manager, client = start_new_kernel(kernel_name=name, startup_timeout=60)
    said: list[str] = []

    def hear(message: dict) -> None:
        content = message["content"]
        said.append(content.get("text", "") or "\n".join(content.get("traceback", [])))

    try:
        reply = client.execute_interactive(code, timeout=60, output_hook=hear)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    status = reply["content"]["status"]
    print(json.dumps({"listed": titles, "status": status, "said": "".join(said)}))


main(*sys.argv[1:])
