from __future__ import annotations

from typing import Any

import pytest

from policypack.plan.normalise import canonical_shape, canonical_type
from policypack.plan.resource import Provider, Resource
from policypack.plan.values import UNKNOWN, Undetermined
from policypack.plan.wire import Decoded

TOKEN = "aws:s3/bucket:Bucket"


def resource(
    inputs: dict[str, Any],
    provider: dict[str, Any] | None = None,
    name: str = "default_7_51_1",
    **more: Any,
) -> Resource:
    of = Provider("urn:p", "pulumi:providers:aws", name, provider) if provider is not None else None
    return Resource(f"urn:pulumi:s::p::{TOKEN}::logs", TOKEN, Decoded(inputs), provider=of, **more)


@pytest.mark.parametrize(
    ("own", "provider", "config", "region"),
    [
        ("eu-west-1", "us-east-1", "ap-south-1", "eu-west-1"),
        (None, "us-east-1", "ap-south-1", "us-east-1"),
        (None, None, "ap-south-1", "ap-south-1"),
    ],
)
def test_region_is_its_own_then_the_providers_then_configured(
    own: str | None, provider: str | None, config: str, region: str
) -> None:
    one = resource({"region": own}, {"region": provider}, config={"aws:region": config})
    assert one.region == region


@pytest.mark.parametrize("own", [None, UNKNOWN])
def test_region_is_never_guessed(own: object) -> None:
    with pytest.raises(Undetermined):
        _ = resource({"region": own}, {"region": UNKNOWN}, config={"aws:region": "x"}).region


def test_the_configured_region_says_nothing_of_a_provider_of_its_own() -> None:
    with pytest.raises(Undetermined):
        _ = resource({}, {"profile": "paris"}, name="paris", config={"aws:region": "x"}).region


def test_tags_are_the_resources_over_the_providers() -> None:
    one = resource({"tags": {"a": "1"}}, {"defaultTags": '{"tags": {"a": "0", "b": "2"}}'})
    assert dict(one.tags) == {"a": "1", "b": "2"}


def test_unknown_tags_are_undetermined() -> None:
    with pytest.raises(Undetermined):
        _ = resource({"tagsAll": UNKNOWN, "tags": {"a": "1"}}).tags


def test_auto_named_from_the_providers_word_or_from_the_look() -> None:
    told = Resource(
        "urn:pulumi:s::p::t::logs", TOKEN, Decoded({"bucket": "b"}, set(), frozenset({"bucket"}))
    )
    assert told.auto_named("bucket")
    assert not told.auto_named("name")
    assert resource({"bucket": "logs-1a2b3c4"}).auto_named("bucket")
    assert not resource({"bucket": "logs-archive-eu"}).auto_named("bucket")
    assert not resource({"bucket": UNKNOWN}).auto_named("bucket")


def test_nothing_is_known_of_what_a_target_left_out() -> None:
    assert not resource({}).has_data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"),
        ("aws:s3/bucketAclV2:BucketAclV2", "aws:s3/bucketAcl:BucketAcl"),
        ("aws:alb/listener:Listener", "aws:lb/listener:Listener"),
        ("aws:elasticloadbalancing/loadBalancer:LoadBalancer", "aws:elb/loadBalancer:LoadBalancer"),
        ("aws:ec2/vpc:Vpc", "aws:ec2/vpc:Vpc"),
        ("my:component:Thing", "my:component:Thing"),
    ],
)
def test_tokens_become_those_of_version_7(old: str, new: str) -> None:
    assert canonical_type(old) == new


def test_a_bucket_v2_takes_the_shape_of_a_bucket() -> None:
    rules = [{"applyServerSideEncryptionByDefaults": [{"sseAlgorithm": "AES256"}]}]
    old = {
        "versionings": [{"enabled": True}],
        "serverSideEncryptionConfigurations": [{"rules": rules}],
        "lifecycleRules": [{"expirations": [{"days": 1}]}],
        "websites": UNKNOWN,
    }
    shape, secrets = canonical_shape("aws:s3/bucketV2:BucketV2", old, {("versionings", 0)})
    assert shape == {
        "versioning": {"enabled": True},
        "serverSideEncryptionConfiguration": {
            "rule": {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
        },
        "lifecycleRules": [{"expiration": {"days": 1}}],
        "website": UNKNOWN,
    }
    assert secrets == {("versioning",)}


@pytest.mark.parametrize(
    ("path", "is_secret"),
    [
        ("value", True),
        ("users[0].password", True),
        ("passwords[1]", True),
        ("dkimSigningAttributes.domainSigningPrivateKey", True),
        ("passwordPolicy.minimumLength", False),
        ("secretArn", False),
        ("managePassword.x.y", False),
    ],
)
def test_secrets_by_their_mark_and_by_their_name(path: str, is_secret: bool) -> None:
    one = Resource("urn:a", TOKEN, Decoded({"value": "x"}, secrets={("value",)}))
    assert one.is_secret(path) is is_secret
