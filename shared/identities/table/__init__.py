"""The table of networks: where their profiles lie, what a handle looks like, which paths are no profiles.

To add a network, add an entry with examples to one of the themes; tests read every example and insist that there are
some.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.identities.network import Network
from shared.identities.table.creators import CREATORS
from shared.identities.table.developers import DEVELOPERS
from shared.identities.table.direct import DIRECT
from shared.identities.table.open_networks import OPEN_NETWORKS
from shared.identities.table.science import SCIENCE
from shared.identities.table.social import SOCIAL

NETWORKS: Final[Mapping[str, Network]] = {
    network.name: network for network in (*SOCIAL, *OPEN_NETWORKS, *DEVELOPERS, *SCIENCE, *CREATORS, *DIRECT)
}
