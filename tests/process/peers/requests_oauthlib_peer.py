"""One client credentials request with requests-oauthlib, and the token printed."""

import os
import sys

if sys.argv[1:] == ["--version"]:
    from importlib.metadata import version

    names = ["requests-oauthlib", "requests"]
    print(", ".join(f"{name} {version(name)}" for name in names), end="")
    print(f", Python {sys.version.split()[0]}")
    sys.exit()

from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

client_id = os.environ["SERVICENOW_CLIENT_ID"]
session = OAuth2Session(client=BackendApplicationClient(client_id))
token = session.fetch_token(
    os.environ["SERVICENOW_INSTANCE"] + "/oauth_token.do",
    client_id=client_id,
    client_secret=os.environ["SERVICENOW_CLIENT_SECRET"],
    include_client_id=True,
    verify=os.environ["SERVICENOW_CA_FILE"],
)
print(token["access_token"])
