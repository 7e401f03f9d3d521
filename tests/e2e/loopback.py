"""HTTP to servers on this machine: no proxy and no other authority may come in between."""

import requests


def session() -> requests.Session:
    made = requests.Session()
    # REQUESTS_CA_BUNDLE, where set, would even win over `verify`.
    made.trust_env = False
    return made


HTTP = session()
