"""The words that names and values are drawn from."""

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST: Final = _words(
    """
    amber atlas aurora beacon birch cedar cobalt comet copper coral delta dune echo ember fern
    flint glacier harbor hazel indigo iris jade juniper lagoon lark linden lumen maple meadow
    mesa nimbus nova onyx opal orbit pebble pine prairie quartz raven reef ridge river sable
    sage slate solar spruce summit thistle timber topaz tundra velvet vista willow zephyr
    """
)
"""First halves of application names."""

SECOND: Final = _words(
    """
    agent archive board bridge cache catalog collector dash exporter feed gallery gate hub index
    journal keeper library mailer manager meter notes parser player proxy queue reader relay
    server sync tracker vault viewer watch wiki worker
    """
)
"""Second halves of application names."""

NAMESPACES: Final = _words(
    """
    ai analytics automation backup books chat databases default development documents downloads
    files games home identity kiosk logging mail media messaging observability photos printing
    security self-hosted sensors sync tools voip web
    """
)

VARIABLES: Final = _words(
    """
    LOG_LEVEL DATA_DIR CACHE_SIZE WORKERS BASE_URL METRICS_ENABLED SMTP_HOST SMTP_PORT
    DATABASE_HOST THEME DATABASE_NAME REDIS_HOST LANGUAGE UPLOAD_LIMIT SESSION_TTL
    TRUSTED_PROXIES FEATURE_FLAGS RETENTION AUTH_MODE SCAN_INTERVAL MAX_CONNECTIONS TEMP_DIR
    PROXY_MODE CORS_ORIGIN
    """
)
"""Environment variables of containers."""

CHART_KEYS: Final = _words(
    """
    global image replicas resources persistence ingress service metrics serviceMonitor rbac
    config extraArgs storage retention alerting rules dashboards sidecar nodeSelector affinity
    priority webhook operator auth cache limits labels annotations selector strategy hooks
    probes network policies
    """
)
"""Keys of a chart's values."""

SECTIONS: Final = _words("server storage cache auth logging metrics queue mail search theme limits backup")
"""Sections of an application's settings."""
