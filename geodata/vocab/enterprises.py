"""Enterprises and who is responsible for them."""

from enum import StrEnum


class UnitKind(StrEnum):
    """Kinds of employing unit."""

    NON_PUBLIC_ENTERPRISE = "non_public_enterprise"
    INDIVIDUAL_BUSINESS = "individual_business"
    FARMER_COOPERATIVE = "farmer_cooperative"
    SOCIAL_ORGANIZATION = "social_organization"
    PUBLIC_BODY = "public_body"
    OTHER = "other"


class OrganizationStatus(StrEnum):
    """Whether and how an enterprise has a union."""

    UNORGANIZED = "unorganized"
    IN_PROGRESS = "in_progress"
    OWN_UNION = "own_union"
    COVERED_JOINT = "covered_joint"
    COVERED_INDUSTRY = "covered_industry"
    COVERED_PARENT = "covered_parent"
    ABSORBED = "absorbed"
    NOT_APPLICABLE = "not_applicable"


class RemovalReason(StrEnum):
    """Why a place of work left the list (R11). Reversible, and never without a reason."""

    CLOSED_DOWN = "closed_down"
    MOVED_OUT = "moved_out"
    DUPLICATE = "duplicate"
    NO_WORKERS = "no_workers"


class AssignmentMethod(StrEnum):
    """How the responsible grid was found, in the order the rules are tried."""

    MANUAL = "manual"
    EXCLUSIVE = "exclusive"
    COVERED = "covered"
    BORDER = "border"
    GAP_NEAREST = "gap_nearest"
    GAP_FALLBACK = "gap_fallback"
    COMMUNITY_CODE = "community_code"
    CODE_FALLBACK = "code_fallback"
    OUT_OF_COUNTY = "out_of_county"


class AssignmentStatus(StrEnum):
    """The queue an assignment stands in. Everything but ``auto`` and ``manual`` waits for a person."""

    AUTO = "auto"
    MANUAL = "manual"
    BOUNDARY_REVIEW = "boundary_review"
    GAP_REVIEW = "gap_review"
    LOCATION_PENDING = "location_pending"
    OUT_OF_COUNTY = "out_of_county"


UNORGANIZED_STATES = frozenset({OrganizationStatus.UNORGANIZED, OrganizationStatus.IN_PROGRESS})
"""States that still need somebody to found a union: what 未建会 counts."""
