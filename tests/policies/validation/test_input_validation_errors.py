"""What the rules about input values say of small programs."""

from __future__ import annotations

import json

import pulumi
from pulumi_aws import (
    cloudwatch,
    dynamodb,
    ec2,
    ecr,
    iam,
    lambda_,
    lb,
    macie2,
    mq,
    rds,
    s3,
    sfn,
    sns,
    sqs,
    synthetics,
)

from policies.validation.input_validation_errors import (
    arn_malformed_or_wrong_service,
    conditional_requirement_broken,
    json_document_malformed,
    list_size_out_of_known_range,
    list_size_out_of_range,
    number_out_of_known_range,
    number_out_of_range,
    property_wrong_type,
    pulumi_output_stringified,
    related_requirement_broken,
    string_length_out_of_known_range,
    string_length_out_of_range,
    value_does_not_match_known_pattern,
    value_does_not_match_pattern,
    value_not_in_enum,
    value_not_in_known_enum,
)
from policypack.hosts.recorder import Program
from policypack.plan.resource import Resource
from policypack.plan.wire import Decoded
from policypack.testing import case, said, unknown

ROLE = "arn:aws:iam::123456789012:role/app"
HASH = [dynamodb.TableAttributeArgs(name="id", type="S")]
WARNING = (
    "Calling __str__ on an Output[T] is not supported.\n\n"
    "To get the value of an Output[T] as an Output[str] consider: ..."
)
POLICY = {"Version": "2012-10-17", "Statement": []}


# pulumi-output-stringified ---------------------------------------------------------------------


@case(pulumi_output_stringified, "fires", "topic: the text holds an output that is not resolved")
def test_output_in_an_fstring() -> None:
    sns.TopicSubscription("mail", topic=WARNING, protocol="email", endpoint="a@example.com")


@case(pulumi_output_stringified, "sound")
def test_output_concatenated() -> None:
    topic = sns.Topic("orders")
    name = pulumi.Output.concat("arn:aws:sns:us-east-1:123456789012:", topic.name)
    sns.TopicSubscription("mail", topic=name, protocol="email", endpoint="a@example.com")


@case(pulumi_output_stringified, "absent")
def test_no_text_at_all() -> None:
    sqs.Queue("orders")


@case(pulumi_output_stringified, "unknown")
def test_output_not_known() -> None:
    sqs.Queue("orders", policy=unknown())


def test_output_as_a_key_and_in_a_list() -> None:
    def program() -> None:
        cloudwatch.MetricAlarm(
            "full",
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=1,
            dimensions={WARNING: "x"},
        )
        lb.LoadBalancer("web", subnets=["<pulumi.output.Output object at 0x7f>", "subnet-1"])

    assert said(pulumi_output_stringified, program) == [
        "dimensions: the text holds an output that is not resolved",
        "subnets[0]: the text holds an output that is not resolved",
    ]


# json-document-malformed -----------------------------------------------------------------------


@case(
    json_document_malformed,
    "fires",
    "policy: the text stops being JSON at character 2; it looks like Python's own notation",
)
def test_policy_in_pythons_notation() -> None:
    sqs.QueuePolicy("orders", queue_url="https://q", policy=str(POLICY))


@case(json_document_malformed, "sound")
def test_policy_in_json() -> None:
    sqs.QueuePolicy("orders", queue_url="https://q", policy=json.dumps(POLICY))


@case(json_document_malformed, "absent")
def test_no_policy() -> None:
    sqs.Queue("orders")


@case(json_document_malformed, "unknown")
def test_policy_not_known() -> None:
    sqs.QueuePolicy("orders", queue_url="https://q", policy=unknown())


def test_wrong_top_of_a_document() -> None:
    def program() -> None:
        iam.Role(
            "app",
            assume_role_policy=json.dumps(POLICY),
            inline_policies=[{"name": "x", "policy": json.dumps([POLICY])}],
        )

    found = ["inlinePolicies[0].policy: the document is not an object at its top"]
    assert said(json_document_malformed, program) == found


# value-not-in-enum -----------------------------------------------------------------------------


def table(billing: pulumi.Input[str] | None) -> None:
    dynamodb.Table("orders", billing_mode=billing, hash_key="id", attributes=HASH)


@case(
    value_not_in_enum,
    "fires",
    "billingMode: ON_DEMAND is not one of PAY_PER_REQUEST, PROVISIONED",
)
def test_billing_mode_of_the_console() -> None:
    table("ON_DEMAND")


@case(value_not_in_enum, "sound")
def test_billing_mode_of_the_api() -> None:
    table("pay_per_request")


@case(value_not_in_enum, "absent")
def test_no_billing_mode() -> None:
    table(None)


@case(value_not_in_enum, "unknown")
def test_billing_mode_not_known() -> None:
    table(unknown())


def test_enum_in_a_list() -> None:
    def program() -> None:
        key = ecr.RepositoryEncryptionConfigurationArgs(encryption_type="SSE")
        ecr.Repository("app", encryption_configurations=[key])

    found = ["encryptionConfigurations[0].encryptionType: SSE is not one of AES256, KMS, KMS_DSSE"]
    assert said(value_not_in_enum, program) == found


def test_what_the_constraint_book_says_is_not_said_twice() -> None:
    def program() -> None:
        attributes = [*HASH, dynamodb.TableAttributeArgs(name="n", type="Number")]
        dynamodb.Table(
            "orders", billing_mode="PAY_PER_REQUEST", hash_key="id", attributes=attributes
        )

    assert said(value_not_in_enum, program) == []


def test_secret_value_is_not_told() -> None:
    def program() -> None:
        table(pulumi.Output.secret("hush-hush"))

    found = ["billingMode: the secret value is not one of PAY_PER_REQUEST, PROVISIONED"]
    assert said(value_not_in_enum, program) == found


# value-not-in-known-enum -----------------------------------------------------------------------


def group(days: pulumi.Input[int] | None) -> None:
    cloudwatch.LogGroup("app", retention_in_days=days)


@case(
    value_not_in_known_enum,
    "fires",
    "retentionInDays: 45 is not one of the 22 known values, of which 30, 60, 14 come nearest",
)
def test_retention_that_is_not_offered() -> None:
    group(45)


@case(value_not_in_known_enum, "sound")
def test_retention_that_is_offered() -> None:
    group(30)


@case(value_not_in_known_enum, "absent")
def test_no_retention() -> None:
    group(None)


@case(value_not_in_known_enum, "unknown")
def test_retention_not_known() -> None:
    group(unknown())


# number-out-of-range ---------------------------------------------------------------------------


def mapping(batch: pulumi.Input[int] | None = None, topics: list[str] | None = None) -> None:
    lambda_.EventSourceMapping(
        "orders",
        event_source_arn="arn:aws:kafka:us-east-1:123456789012:cluster/a/b",
        function_name="orders",
        batch_size=batch,
        topics=topics,
        starting_position="LATEST",
    )


@case(number_out_of_range, "fires", "batchSize: 20000 is not 1 to 10,000")
def test_batch_too_large() -> None:
    mapping(20000)


@case(number_out_of_range, "sound")
def test_batch_of_the_largest_size() -> None:
    mapping(10000)


@case(number_out_of_range, "absent")
def test_no_batch_size() -> None:
    mapping()


@case(number_out_of_range, "unknown")
def test_batch_not_known() -> None:
    mapping(unknown())


# number-out-of-known-range ---------------------------------------------------------------------


def reader(tier: pulumi.Input[int] | None) -> None:
    rds.ClusterInstance(
        "reader",
        cluster_identifier="main",
        instance_class="db.r6g.large",
        engine="aurora-mysql",
        promotion_tier=tier,
    )


@case(number_out_of_known_range, "fires", "promotionTier: 20 is not 0 to 15")
def test_tier_too_high() -> None:
    reader(20)


@case(number_out_of_known_range, "sound")
def test_highest_tier() -> None:
    reader(15)


@case(number_out_of_known_range, "absent")
def test_no_tier() -> None:
    reader(None)


@case(number_out_of_known_range, "unknown")
def test_tier_not_known() -> None:
    reader(unknown())


# string-length-out-of-known-range --------------------------------------------------------------


def broker(password: pulumi.Input[str]) -> None:
    mq.Broker(
        "queue",
        engine_type="ActiveMQ",
        engine_version="5.18",
        host_instance_type="mq.t3.micro",
        users=[mq.BrokerUserArgs(username="app", password=password)],
    )


@case(
    string_length_out_of_known_range,
    "fires",
    "users[0].password: is 10 characters long, not 12 or more",
)
def test_short_password() -> None:
    broker("0123456789")


@case(string_length_out_of_known_range, "sound")
def test_shortest_password() -> None:
    broker("0123456789ab")


@case(string_length_out_of_known_range, "absent")
def test_no_users() -> None:
    mq.Broker(
        "queue",
        engine_type="ActiveMQ",
        engine_version="5.18",
        host_instance_type="mq.t3.micro",
        users=[],
    )


@case(string_length_out_of_known_range, "unknown")
def test_password_not_known() -> None:
    broker(unknown())


# value-does-not-match-known-pattern ------------------------------------------------------------


def member(account: pulumi.Input[str]) -> None:
    macie2.Member("other", account_id=account, email="a@example.com")


@case(value_does_not_match_known_pattern, "fires", "accountId: production is not made of digits")
def test_account_by_name() -> None:
    member("production")


@case(value_does_not_match_known_pattern, "sound")
def test_account_by_number() -> None:
    member("123456789012")


@case(value_does_not_match_known_pattern, "absent")
def test_nothing_with_a_known_pattern() -> None:
    s3.Bucket("plain")


@case(value_does_not_match_known_pattern, "unknown")
def test_account_not_known() -> None:
    member(unknown())


# list-size-out-of-known-range ------------------------------------------------------------------


def proxy(subnets: pulumi.Input[list[pulumi.Input[str]]]) -> None:
    auth = rds.ProxyAuthArgs(secret_arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:a")
    rds.Proxy("db", engine_family="MYSQL", role_arn=ROLE, auths=[auth], vpc_subnet_ids=subnets)


@case(list_size_out_of_known_range, "fires", "vpcSubnetIds: has 1 element, not 2 or more")
def test_proxy_in_one_subnet() -> None:
    proxy(["subnet-1"])


@case(list_size_out_of_known_range, "sound")
def test_proxy_in_two_subnets() -> None:
    proxy(["subnet-1", "subnet-2"])


@case(list_size_out_of_known_range, "absent")
def test_no_proxy() -> None:
    sqs.Queue("orders")


@case(list_size_out_of_known_range, "unknown")
def test_subnets_not_known() -> None:
    proxy(unknown())


# string-length-out-of-range --------------------------------------------------------------------


def machine(name: pulumi.Input[str] | None) -> None:
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    sfn.StateMachine("flow", name=name, role_arn=ROLE, definition=definition)


@case(string_length_out_of_range, "fires", "name: is 90 characters long, not 80 or less")
def test_name_too_long() -> None:
    machine("n" * 90)


@case(string_length_out_of_range, "sound")
def test_longest_name() -> None:
    machine("n" * 80)


@case(string_length_out_of_range, "absent")
def test_no_name() -> None:
    machine(None)


@case(string_length_out_of_range, "unknown")
def test_name_not_known() -> None:
    machine(unknown())


# property-wrong-type ---------------------------------------------------------------------------


def server(groups: object) -> Program:
    def program() -> None:
        ec2.Instance("web", ami="ami-1", instance_type="t3.micro", vpc_security_group_ids=groups)

    return program


@case(
    property_wrong_type,
    "fires",
    "vpcSecurityGroupIds: the value is a single value where a list is wanted",
)
def test_text_for_a_list() -> None:
    server("sg-1")()


@case(property_wrong_type, "sound")
def test_list_for_a_list() -> None:
    server(["sg-1"])()


@case(property_wrong_type, "absent")
def test_no_list() -> None:
    server(None)()


@case(property_wrong_type, "unknown")
def test_list_not_known() -> None:
    server(unknown())()


def test_map_and_list_for_a_text() -> None:
    # The Python SDK refuses these itself; programs in other languages may get this far.
    inputs = {"policy": {"Version": "2012-10-17"}, "kmsMasterKeyId": ["a", "b"], "name": ["a"]}
    queue = Resource("urn:pulumi:s::p::q::q", "aws:sqs/queue:Queue", Decoded(inputs))
    found = [(one.path, one.text) for one in property_wrong_type.function(queue)]
    assert found == [
        ("policy", "the value is a map where a text is wanted"),
        ("kmsMasterKeyId", "the value is a list where a text is wanted"),
    ]


# conditional-requirement-broken ----------------------------------------------------------------


def image(handler: pulumi.Input[str] | None, kind: pulumi.Input[str] | None = "Image") -> None:
    uri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"
    lambda_.Function("app", role=ROLE, package_type=kind, image_uri=uri, handler=handler)


@case(
    conditional_requirement_broken,
    "fires",
    "handler: a function of package type Image takes its handler, runtime and layers "
    "from the image",
)
def test_image_with_a_handler() -> None:
    image("app.main")


@case(conditional_requirement_broken, "sound")
def test_image_without_a_handler() -> None:
    image(None)


@case(conditional_requirement_broken, "absent")
def test_no_package_type() -> None:
    image("app.main", None)


@case(conditional_requirement_broken, "unknown")
def test_package_type_not_known() -> None:
    image("app.main", unknown())


# related-requirement-broken --------------------------------------------------------------------


def reads(timeout: pulumi.Input[int] | None, visible: pulumi.Input[int] | None) -> None:
    queue = sqs.Queue("orders", visibility_timeout_seconds=visible)
    function = lambda_.Function(
        "app", role=ROLE, handler="app.main", runtime="python3.13", timeout=timeout
    )
    lambda_.EventSourceMapping("read", event_source_arn=queue.arn, function_name=function.arn)


@case(
    related_requirement_broken,
    "fires",
    "eventSourceArn: the visibility timeout of orders (30 seconds) is below "
    "the timeout of app (60)",
)
def test_function_slower_than_its_queue() -> None:
    reads(60, 30)


@case(related_requirement_broken, "sound")
def test_function_as_quick_as_its_queue() -> None:
    reads(60, 60)


@case(related_requirement_broken, "absent")
def test_timeouts_left_to_aws() -> None:
    reads(None, None)


@case(related_requirement_broken, "unknown")
def test_timeout_not_known() -> None:
    reads(unknown(), 30)


# value-does-not-match-pattern ------------------------------------------------------------------


def canary(role: pulumi.Input[str]) -> None:
    synthetics.Canary(
        "probe",
        name="probe",
        artifact_s3_location="s3://bucket/x",
        execution_role_arn=role,
        handler="index.handler",
        runtime_version="syn-nodejs-puppeteer-9.1",
        schedule=synthetics.CanaryScheduleArgs(expression="rate(0 minute)"),
    )


@case(
    value_does_not_match_pattern,
    "fires",
    "executionRoleArn: some-role is not an ARN of iam",
)
def test_name_for_an_arn() -> None:
    canary("some-role")


@case(value_does_not_match_pattern, "sound")
def test_arn_for_an_arn() -> None:
    canary(ROLE)


@case(value_does_not_match_pattern, "absent")
def test_nothing_with_a_pattern() -> None:
    s3.Bucket("plain")


@case(value_does_not_match_pattern, "unknown")
def test_arn_not_known() -> None:
    canary(unknown())


# arn-malformed-or-wrong-service ----------------------------------------------------------------


def function(role: pulumi.Input[str]) -> None:
    lambda_.Function(
        "app", role=role, runtime="python3.12", handler="a.b", s3_bucket="b", s3_key="k"
    )


@case(arn_malformed_or_wrong_service, "fires", "role: app-role is not an ARN")
def test_role_by_name() -> None:
    function("app-role")


@case(arn_malformed_or_wrong_service, "sound")
def test_role_by_arn() -> None:
    function(ROLE)


@case(arn_malformed_or_wrong_service, "absent")
def test_nothing_that_takes_an_arn() -> None:
    sqs.Queue("orders")


@case(arn_malformed_or_wrong_service, "unknown")
def test_role_not_known() -> None:
    function(unknown())


def test_arn_of_another_service() -> None:
    def program() -> None:
        lb.TargetGroupAttachment("a", target_id="i-1", target_group_arn=ROLE)

    found = [f"targetGroupArn: {ROLE} is an ARN of iam, not of elasticloadbalancing"]
    assert said(arn_malformed_or_wrong_service, program) == found


# list-size-out-of-range ------------------------------------------------------------------------


@case(list_size_out_of_range, "fires", "topics: has 2 elements, not 1 or less")
def test_two_topics() -> None:
    mapping(topics=["a", "b"])


@case(list_size_out_of_range, "sound")
def test_one_topic() -> None:
    mapping(topics=["a"])


@case(list_size_out_of_range, "absent")
def test_no_topics() -> None:
    mapping()


@case(list_size_out_of_range, "unknown")
def test_topics_not_known() -> None:
    mapping(topics=unknown())


def test_unknown_elements_count() -> None:
    def program() -> None:
        mapping(topics=[unknown(), unknown()])

    assert said(list_size_out_of_range, program) == ["topics: has 2 elements, not 1 or less"]
