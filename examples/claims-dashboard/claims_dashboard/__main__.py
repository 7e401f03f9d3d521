"""Serves on the Unix socket that CLOISTER_APP_SOCKET names, or on PORT of 127.0.0.1, by gunicorn."""

import logging
import os
import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from claims_dashboard.app import create_app
from claims_dashboard.log import handler
from claims_dashboard.settings import Settings, Unusable
from claims_dashboard.warehouse import Warehouse


class Quiet(Logger):  # type: ignore[misc]  # gunicorn has no types
    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers = [handler()]
        self.access_log.disabled = True


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, app: Flask, bind: str) -> None:
        self.app, self.bind = app, bind
        super().__init__()

    def load_config(self) -> None:
        chosen = {
            "bind": self.bind,
            "worker_class": "gthread",
            "threads": 16,  # which wait for the warehouse
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 75,  # the door keeps its connections
            "worker_tmp_dir": "/dev/shm",
            "logger_class": Quiet,
            "control_socket_disable": True,
            "proc_name": "claims-dashboard",
        }
        for name, value in chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def main() -> None:
    logging.basicConfig(level=logging.INFO, handlers=[handler()])
    logging.getLogger("botocore").setLevel(logging.WARNING)
    socket, port = os.environ.get("CLOISTER_APP_SOCKET"), os.environ.get("PORT", "8080")
    try:
        settings = Settings.read(os.environ)
    except Unusable as mistake:
        sys.exit(str(mistake))
    app = create_app(settings, Warehouse.of(settings))
    Server(app, f"unix:{socket}" if socket else f"127.0.0.1:{port}").run()


if __name__ == "__main__":
    main()
