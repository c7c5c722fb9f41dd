"""What nodes, triggers, hosts and words say about the category of a workflow. Data: weights by category."""

from blokhub.services.content.contract import Category

Votes = dict[Category, int]


def _votes(category: Category, weight: int, names: str) -> dict[str, Votes]:
    return {name: {category: weight} for name in names.split()}


NODES: dict[str, Votes] = {
    **_votes("authentication", 5, "jwt-verify hmac-verify hmac-sign totp-verify user-auth"),
    **_votes("file-processing", 4, "csv-parse csv-format xml-parse html-to-text base64"),
    **_votes("scheduling", 3, "cron-next date-add date-parts date-format"),
    **_votes("database", 3, "in-memory-kv memory-storage"),
    **_votes("database", 1, "merge-patch"),
    **_votes("validation", 2, "validate-email json-schema"),
    **_votes("notification", 4, "template-render sse-publish sse-emit sse-subscribe"),
    **_votes("analytics", 2, "group-by metrics-emit"),
    **_votes("automation", 2, "worker-publish"),
    **_votes("ai", 3, "text-chunks"),
    **_votes("api-integration", 2, "api-call"),
    **_votes("data-processing", 2, "redact json-diff slug array-map"),
}
TRIGGERS: dict[str, Votes] = _votes("automation", 3, "cron webhook worker pubsub")
HOSTS: dict[str, Votes] = {
    **_votes("ai", 8, "openai anthropic mistral huggingface cohere groq openrouter replicate ollama"),
    **_votes("notification", 6, "slack discord telegram twilio sendgrid mailgun postmarkapp resend pushover"),
    **_votes("automation", 4, "github gitlab bitbucket atlassian linear notion airtable zapier"),
    **_votes("analytics", 4, "segment mixpanel amplitude plausible posthog"),
    **_votes("authentication", 4, "auth0 okta clerk keycloak"),
    **_votes("database", 4, "supabase mongodb firebaseio planetscale upstash"),
}


def _words(category: Category, beginnings: str) -> dict[str, Category]:
    return dict.fromkeys(beginnings.split(), category)


# Beginnings of words, so that `schedule`, `scheduled` and `scheduling` are one.
WORDS: dict[str, Category] = {
    **_words("authentication", "auth login signin signup register permission role token password jwt otp"),
    **_words("file-processing", "csv xml pdf file upload download spreadsheet image html log"),
    **_words("scheduling", "schedul calendar date holiday meeting appointment cron opening deliver"),
    **_words("database", "database sql postgres mongo cache store stored storage record crud idempoten"),
    **_words("validation", "valid check verif form"),
    **_words("notification", "notif mail email sms alert digest remind push chat message"),
    **_words("analytics", "analytic metric report statistic percentile funnel retention cohort conversion"),
    **_words("automation", "automat deploy release monitor uptime webhook issue sync cleanup"),
    **_words("ai", "llm gpt embedding prompt summari classif extract rag semantic ticket"),
    **_words("api-integration", "weather currency geocod exchange rate api"),
    **_words("data-processing", "transform convert merge deduplicat flatten mask slug total sort pagina"),
}

# Nodes that say what a workflow is about; the rest are means to any end.
TAGS_OF_NODES: dict[str, str] = {
    "api-call": "http",
    "base64": "base64",
    "cron-next": "cron",
    "csv-format": "csv",
    "csv-parse": "csv",
    "date-add": "dates",
    "date-format": "dates",
    "date-parts": "dates",
    "group-by": "grouping",
    "hash": "hash",
    "hmac-sign": "hmac",
    "hmac-verify": "hmac",
    "html-to-text": "html",
    "in-memory-kv": "key-value",
    "json-diff": "diff",
    "json-schema": "json-schema",
    "jwt-verify": "jwt",
    "memory-storage": "key-value",
    "merge-patch": "patch",
    "metrics-emit": "metrics",
    "redact": "redaction",
    "slug": "slug",
    "sse-emit": "sse",
    "sse-publish": "sse",
    "sse-subscribe": "sse",
    "template-render": "templates",
    "text-chunks": "chunking",
    "totp-verify": "totp",
    "user-auth": "users",
    "uuid": "uuid",
    "validate-email": "email",
    "worker-publish": "queue",
    "xml-parse": "xml",
}
