"""The whole of ``template.yaml`` on this machine: an embedded AWS, without Docker or an account."""

from infra.local.stack import LocalStack, SentMail, running

__all__ = ["LocalStack", "SentMail", "running"]
