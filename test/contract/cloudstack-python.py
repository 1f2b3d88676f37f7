"""An independent client, Debian's python3-cs, against the simulated CloudStack. One JSON line of what it saw."""
import json
import sys

from cs import CloudStack, CloudStackApiException

endpoint, key, secret, method, host, busy_host, vm = sys.argv[1:8]
options = {"timeout": 20, "method": method, "poll_interval": 0.1, "job_timeout": 30}
api = CloudStack(endpoint, key, secret, **options)
seen = {}

seen["vms"] = len(api.listVirtualMachines(listall=True, fetch_list=True))
first_page = api.listVirtualMachines(listall=True, page=1, pagesize=500)
seen["page"] = [first_page["count"], len(first_page["virtualmachine"])]
seen["past"] = api.listVirtualMachines(listall=True, page=9, pagesize=500)
seen["empty"] = api.listHosts(name="nobody")
seen["named"] = api.listHosts(name="host-1", type="Routing")["host"][0]["hypervisorversion"]

moved = api.migrateVirtualMachine(virtualmachineid=vm, hostid=host, fetch_result=True)
seen["moved"] = moved["virtualmachine"]["hostname"]


def refused(call):
    try:
        call()
    except CloudStackApiException as error:
        return [error.response.status_code, error.error["errorcode"], error.error["errortext"]]
    return "passed"


seen["jobFails"] = refused(lambda: api.cancelHostMaintenance(id=busy_host, fetch_result=True))
seen["syncFails"] = refused(lambda: api.updateHost(id=host, allocationstate="Off"))
seen["wrongSignature"] = refused(lambda: CloudStack(endpoint, key, secret + "x", **options).listHosts())
seen["pastExpires"] = refused(lambda: api.listHosts(expires="2020-01-01T00:00:00+0000", signatureVersion="3"))
seen["missing"] = refused(lambda: api.updateHost())
print(json.dumps(seen))
