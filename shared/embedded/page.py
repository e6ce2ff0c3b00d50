"""The one page that ``make run`` prints."""

import json

from shared.embedded.layout import Layout

_ROLES = {
    "member": "党员 member",
    "branch_secretary": "支部书记 branch secretary",
    "committee_member": "支委 branch committee",
    "unit_admin": "机关党委管理员 unit administrator",
    "city_admin": "工委管理员 city administrator",
    "system_admin": "系统管理员 system administrator",
    "security_admin": "安全管理员 security administrator",
    "auditor": "纪检审计 auditor",
}


def page(layout: Layout, seconds: float) -> str:
    """Return URLs, demo sign-ins and how to stop."""
    lines = [
        "",
        f"  Ready after {seconds:.0f} s.",
        "",
        f"  Members       {layout.base_url}/",
        f"  Console       {layout.base_url}/console/",
        f"  API           {layout.base_url}/api/docs",
        f"  Logs, data    {layout.var}",
        "",
    ]
    demo = layout.var / "demo.json"
    if demo.exists():
        document = json.loads(demo.read_text(encoding="utf-8"))
        lines += _sign_ins(document["accounts"])
        lines += [
            f"  Hall screen   {layout.base_url}/screen/{event}"
            for event in document.get("screens", [])[:1]
        ]
        lines += [f"  All of them   {demo}", ""]
    return "\n".join([*lines, "  Stop with Ctrl-C; the data stays for the next start.", ""])


def _sign_ins(accounts: list[dict[str, str]]) -> list[str]:
    lines = ["  Demo sign-ins (user, password, TOTP secret):"]
    shown: set[str] = set()
    for account in accounts:
        role = account["role"]
        if role == "member" and role in shown:
            continue
        shown.add(role)
        second = account.get("totp_secret") or ""
        name = _ROLES.get(role, role)
        lines.append(f"    {account['username']:<14} {account['password']:<18} {second:<34} {name}")
    return [*lines, ""]
