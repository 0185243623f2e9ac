"""What every report about a decision says of what it rests on, at the foot of its pages."""

from engine.gate.verdict import GateAnswer


def identity_of(answer: GateAnswer) -> str:
    """Return rulebook, version and hash in one line."""
    return f"Rulebook {answer.rulebook_id} {answer.rulebook_version}, {answer.rulebook_hash[:16]}"


def footer_of(answer: GateAnswer) -> tuple[str, ...]:
    """Return the closing lines: rulebook, policies, facts, who reached it."""
    policies = "; ".join(f"{name} {version} ({digest[:12]})" for name, version, digest in answer.policies)
    return (
        f"Rulebook {answer.rulebook_id} {answer.rulebook_version}, hash {answer.rulebook_hash}",
        f"Policies {policies}. Facts {answer.facts_hash[:16]}. Reached by {' and '.join(answer.evaluators)}.",
        "short_term_rate and long_term_rate are all-in marginal rates. Not tax or investment advice.",
    )
