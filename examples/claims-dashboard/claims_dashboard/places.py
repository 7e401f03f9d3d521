"""Places of service by their codes; the rest are shown by code alone.

https://www.cms.gov/medicare/coding-billing/place-of-service-codes/code-sets
"""

from collections.abc import Sequence
from dataclasses import dataclass

from claims_dashboard.claims import Part

_NAMES = {
    "01": "Pharmacy", "02": "Telehealth, not at home", "03": "School", "04": "Homeless shelter",
    "09": "Correctional facility", "10": "Telehealth, at home", "11": "Office", "12": "Home", "13": "Assisted living",
    "14": "Group home", "15": "Mobile unit", "17": "Walk-in retail clinic", "19": "Off-campus outpatient hospital",
    "20": "Urgent care", "21": "Inpatient hospital", "22": "On-campus outpatient hospital",
    "23": "Emergency room", "24": "Ambulatory surgical center", "25": "Birthing center", "26": "Military facility",
    "31": "Skilled nursing facility", "32": "Nursing facility", "33": "Custodial care", "34": "Hospice",
    "41": "Ambulance, land", "42": "Ambulance, air or water", "49": "Independent clinic",
    "50": "Federally qualified health center", "51": "Inpatient psychiatric facility",
    "52": "Psychiatric partial hospitalization", "53": "Community mental health center",
    "57": "Non-residential substance abuse treatment", "60": "Mass immunization center",
    "61": "Inpatient rehabilitation", "62": "Outpatient rehabilitation", "65": "Dialysis center",
    "71": "Public health clinic", "72": "Rural health clinic", "81": "Independent laboratory", "99": "Other",
}  # fmt: skip
_SHOWN = 7


def name(code: str | None) -> str:
    if not code:
        return "Not given"
    return f"{_NAMES[code]} ({code})" if code in _NAMES else f"Code {code}"


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    claims: int
    is_one: bool = True


def most(parts: Sequence[Part]) -> list[Place]:
    """Those with the most claims, and the others together."""
    shown = [Place(name(part.name), part.claims) for part in parts[:_SHOWN]]
    others = parts[_SHOWN:]
    if others:
        shown.append(Place(f"{len(others)} others", sum(part.claims for part in others), is_one=False))
    return shown
