"""Python's own xmlrpc.client against the pretend XAPI: prints one JSON document with what it saw."""
import json
import ssl
import sys
import time
import urllib.request
import xmlrpc.client

MASTER, MEMBER, USER, PASSWORD, VM, TARGET = sys.argv[1:7]
CONTEXT = ssl.create_default_context()
CONTEXT.check_hostname = False
CONTEXT.verify_mode = ssl.CERT_NONE


def proxy(url):
    return xmlrpc.client.ServerProxy(url, context=CONTEXT, allow_none=False)


def value(reply):
    if reply["Status"] != "Success":
        raise RuntimeError(reply["ErrorDescription"])
    return reply["Value"]


seen = {}

# Log in at a member and follow it to its master.
answer = proxy(MEMBER).session.login_with_password(USER, PASSWORD, "1.0", "python")
seen["at_member"] = answer["ErrorDescription"][0]
master = proxy("https://" + answer["ErrorDescription"][1])
session = value(master.session.login_with_password(USER, PASSWORD, "1.0", "python"))

# List.
hosts = value(master.host.get_all_records(session))
vms = value(master.VM.get_all_records(session))
seen["hosts"] = sorted(host["name_label"] for host in hosts.values())
seen["vms"] = sorted(
    vm["name_label"] for vm in vms.values() if not vm["is_control_domain"] and not vm["is_a_template"]
)
seen["types"] = {
    "memory": type(next(iter(vms.values()))["memory_static_max"]).__name__,
    "enabled": type(next(iter(hosts.values()))["enabled"]).__name__,
    "shadow": type(next(iter(vms.values()))["HVM_shadow_multiplier"]).__name__,
    "date": type(next(iter(vms.values()))["snapshot_time"]).__name__,
}

# Migrate, and watch the task to its end.
vm = value(master.VM.get_by_name_label(session, VM))[0]
target = value(master.host.get_by_name_label(session, TARGET))[0]
task = getattr(master, "Async.VM.pool_migrate")(session, vm, target, {"live": "true"})["Value"]
token, statuses, progress = "", [], []
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    batch = value(getattr(master.event, "from")(session, ["task/" + task], token, 5.5))
    token = batch["token"]
    for event in batch["events"]:
        if event["ref"] != task or "snapshot" not in event:
            continue
        statuses.append(event["snapshot"]["status"])
        progress.append(event["snapshot"]["progress"])
    if statuses and statuses[-1] != "pending":
        break
seen["task"] = statuses[-1] if statuses else "nothing"
seen["progress_grows"] = progress == sorted(progress) and progress[-1] == 1.0
seen["on"] = value(master.host.get_name_label(session, value(master.VM.get_resident_on(session, vm))))

# The dump by HTTP.
url = f"{MASTER}/pool/xmldbdump?session_id={session}"
with urllib.request.urlopen(url, context=CONTEXT) as reply:
    dump = reply.read().decode()
    seen["dump"] = {
        "length_header": reply.headers.get("Content-Length"),
        "whole": dump.endswith("</database>"),
        "hosts": dump[dump.index('<table name="host">'):].split("</table>")[0].count("<row "),
    }

# Must fail.
seen["wrong_arity"] = master.host.get_record(session)["ErrorDescription"][:2]
seen["no_session"] = master.pool.get_all("OpaqueRef:none")["ErrorDescription"]
seen["unknown"] = master.host.explode(session)["ErrorDescription"][0]
try:
    urllib.request.urlopen(f"{MASTER}/pool/xmldbdump?session_id=OpaqueRef:none", context=CONTEXT)
    seen["dump_without_session"] = 200
except urllib.error.HTTPError as error:
    seen["dump_without_session"] = error.code
started = time.monotonic()
seen["wrong_password"] = master.session.login_with_password(USER, "wrong", "1.0", "python")["ErrorDescription"][0]

# The toolstack of the master restarts: the session is gone, and says so.
own = next(ref for ref, host in hosts.items() if host["name_label"] == "host-1")
value(master.host.restart_agent(session, own))
deadline = time.monotonic() + 60
while time.monotonic() < deadline:
    try:
        answer = proxy(MASTER).pool.get_all(session)
        if answer["Status"] == "Failure" and answer["ErrorDescription"][0] == "SESSION_INVALID":
            seen["after_restart"] = answer["ErrorDescription"][0]
            break
    except (OSError, xmlrpc.client.Error, ssl.SSLError) as error:
        seen["while_restarting"] = True
    time.sleep(0.05)

print(json.dumps(seen))
