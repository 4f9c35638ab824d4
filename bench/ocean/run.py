"""One resync by Port's Ocean, then the end. The folder of the integration and a free port are given."""

import sys

from port_ocean.run import run

run(path=sys.argv[1], log_level="WARNING", port=int(sys.argv[2]))
