from tests.integration.geodata.coverage.conftest import county, empty_county

__all__ = ["county", "empty_county"]
