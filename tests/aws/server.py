"""The emulator's process.

Two endpoints. The main one stands in for AWS's TLS endpoint: policy conditions see aws:SecureTransport=true there,
although it is plain HTTP on loopback, because TLS would cost throughput and show nothing about the operator. Requests
to the insecure endpoint are what they are: aws:SecureTransport=false.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
from functools import partial
from pathlib import Path

from aws import accounts, seed
from aws.control import PREFIX, Control
from aws.front import Front
from aws.journal import Journal
from aws.listen import Connection
from aws.message import Request, Response
from aws.principals import Credentials
from aws.redshift_data.clusters import CLUSTERS
from aws.redshift_data.records import STATEMENTS

HOST = "127.0.0.1"
log = logging.getLogger("aws.server")


def described(port: int, insecure_port: int, operator: Credentials) -> dict[str, object]:
    endpoint = f"http://{HOST}:{port}"
    return {
        "endpoint": endpoint,
        "insecure_endpoint": f"http://{HOST}:{insecure_port}",
        "control": endpoint + PREFIX,
        "operator_credentials": operator.public(),
        "login_account": accounts.LOGIN,
        "accounts": {e.name: e.account for e in accounts.ENVIRONMENTS} | {"audit": accounts.AUDIT},
        "pid": os.getpid(),
    }


async def flush(journal: Journal) -> None:
    while True:
        await asyncio.sleep(1)
        journal.flush()


async def run(port_file: Path, journal: Journal, data: Path) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    CLUSTERS.use(data, loop)
    front = Front(journal)
    control = Control(front)
    operator = seed.reset()

    async def serve(request: Request) -> Response:
        if request.target.startswith(PREFIX):
            return await control.answer(request)
        return await front.serve(request)

    open_connections: set[Connection] = set()
    servers = []
    for secure in (True, False):
        connect = partial(Connection, serve, secure, open_connections)
        servers.append(await loop.create_server(connect, HOST, 0, backlog=1024))
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    unfinished = port_file.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(described(ports[0], ports[1], operator), indent=2))
    unfinished.rename(port_file)
    log.info("answering on %s:%d, insecurely on %d", HOST, *ports)
    loop.call_later(0.2, seed.warm)
    flushing = loop.create_task(flush(journal))
    await stopping.wait()
    flushing.cancel()
    for server in servers:
        server.close()
    for connection in list(open_connections):
        connection.transport.close()
    STATEMENTS.reset()  # those that wait would hold the process
    CLUSTERS.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m aws.server", description="AWS on loopback, for tests")
    parser.add_argument(
        "--port-file", type=Path, required=True, help="JSON with ports and credentials, written when ready"
    )
    parser.add_argument("--log-dir", type=Path, required=True, help="where calls.jsonl and emulator.log go")
    arguments = parser.parse_args()
    arguments.log_dir.mkdir(parents=True, exist_ok=True)
    logging.basicConfig(
        filename=arguments.log_dir / "emulator.log",
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    for noisy in ("botocore", "werkzeug", "moto"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    journal = Journal(arguments.log_dir)
    asyncio.run(run(arguments.port_file, journal, arguments.log_dir / "redshift"))
    journal.close()  # only now: calls that were held are recorded as they are cancelled


if __name__ == "__main__":
    main()
