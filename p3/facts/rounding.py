"""How coarsely an amount is written, and whether one only repeats another in a coarser unit."""


def grain(value: float) -> float:
    """Return the greatest power of ten that divides a whole value; 0 for a value with a fraction and for 0 itself."""
    if value == 0 or value != int(value):
        return 0.0
    digits = str(abs(int(value)))
    return float(10 ** (len(digits) - len(digits.rstrip("0"))))


def is_rounding_of(coarse: float, fine: float) -> bool:
    """Return whether ``coarse`` only repeats ``fine`` in a coarser unit, such as tenths of billions for millions."""
    off = abs(coarse - fine)
    if not 0 < off <= abs(fine) * 0.005:  # most values repeat exactly or are quite another: no grain needed
        return False
    step = grain(coarse)
    return step >= 100 * max(grain(fine), 0.01) and off <= step / 2
