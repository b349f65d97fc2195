"""Core layers."""

from builder.catalog.spec import REQUIRED, Layer, Param
from builder.catalog.types import Int

LAYERS = (
    Layer(
        kind="Dense",
        family="core",
        icon="grid_view",
        summary="Every output is a weighted sum of all inputs plus a bias.",
        params=(Param("units", Int(low=1, high=1_000_000), REQUIRED, "Number of outputs.", start=64),),
    ),
)
