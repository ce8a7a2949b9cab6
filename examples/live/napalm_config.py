"""Print the running configuration of a device, read with NAPALM."""

import os
import sys

from napalm import get_network_driver

driver, host = sys.argv[1:]
user, password = os.environ["NAPALM_USERNAME"], os.environ["NAPALM_PASSWORD"]
with get_network_driver(driver)(host, user, password, timeout=30) as device:
    print(device.get_config(retrieve="running")["running"])
