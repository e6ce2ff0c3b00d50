"""People's names."""


def masked(name: str) -> str:
    """Return a name as others see it who need not know it: 张三 → 张*."""
    return f"{name[:1]}*"
