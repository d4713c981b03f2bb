"""Runs a Pulumi program for the stand-in language host: `program.py PROGRAM SETTINGS_AS_JSON`."""

from __future__ import annotations

import asyncio
import json
import logging
import runpy
import sys
import traceback
from typing import Any

import pulumi
from pulumi.runtime import config, run_in_stack

SHOWN = 32


def run(program: str, arguments: dict[str, Any]) -> int:
    config.set_all_config(config.get_config_env(), config.get_config_secret_keys_env())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi.runtime.configure(pulumi.runtime.Settings(**arguments))
    # Futures that a failing program leaves behind are no news to its author.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    def main() -> None:
        runpy.run_path(program, run_name="__main__")

    try:
        loop.run_until_complete(run_in_stack(main))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return SHOWN
    except Exception:
        pulumi.log.error(f"Program failed with an unhandled exception:\n{traceback.format_exc()}")
        return SHOWN
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], json.loads(sys.argv[2])))
