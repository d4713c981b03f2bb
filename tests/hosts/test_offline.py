from __future__ import annotations

import asyncio
import os
import sys
import types
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import dynamic

from policypack.hosts.auto_names import CheckFailure
from policypack.hosts.offline import (
    Preview,
    ProgramError,
    ProjectError,
    plan_of,
    preview,
    read_project,
)
from policypack.plan.resource import Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.values import UNKNOWN
from policypack.rules.registry import Registry
from tests.programs import write_program

CONTEXT = StackContext("organization", "shop", "dev", {}, {"aws:region": "eu-west-1"})


def run(folder: Path, **config: str) -> Preview:
    given = {key.replace("__", ":"): value for key, value in config.items()}
    return preview(read_project(folder, config=given), Registry([]))


def named(stack: Stack, name: str) -> Resource:
    (found,) = [one for one in stack if one.urn.endswith(f"::{name}")]
    return found


def names(stack: Stack) -> set[str]:
    return {one.urn.rpartition("::")[2] for one in stack if one.token.startswith("aws:")}


PROGRAM = """
    import os, sys
    import pulumi, pulumi_aws as aws
    import helper
    import kit.part
    os.environ["LEFT_BEHIND"] = "1"
    os.environ.pop("HOME", None)
    sys.argv.append("left")
    sys.path.append("/left")
    os.chdir("kit")
    vpc = aws.ec2.Vpc(helper.NAME, cidr_block=kit.part.RANGE)
"""


def test_programs_in_turn_leave_nothing_behind(tmp_path: Path) -> None:
    before = dict(sys.modules), sys.path[:], sys.argv[:], Path.cwd(), dict(os.environ)
    for name in ("first", "second"):
        files = {"helper.py": f"NAME = '{name}'", "kit/part.py": f"RANGE = '10.0.0.0/{len(name)}'"}
        result = run(write_program(tmp_path / name, PROGRAM, files=files))
        assert names(result.stack) == {name}
        assert named(result.stack, name).tree["cidrBlock"] == f"10.0.0.0/{len(name)}"
    assert not {"helper", "kit", "kit.part"} & set(sys.modules)
    assert all(sys.modules.get(name) is module for name, module in before[0].items())
    assert (sys.path, sys.argv, Path.cwd(), dict(os.environ)) == before[1:]


def test_a_failing_program_leaves_nothing_behind(tmp_path: Path) -> None:
    before = sys.path[:], sys.argv[:], Path.cwd(), dict(os.environ)
    with pytest.raises(ProgramError) as caught:
        run(write_program(tmp_path, PROGRAM, files={"helper.py": "1 / 0"}))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert "helper" not in sys.modules
    assert (sys.path, sys.argv, Path.cwd(), dict(os.environ)) == before


def test_packages_without_init_in_packages_without_init(tmp_path: Path) -> None:
    files = {f"infra/part{n}/net/{n}/range.py": "RANGE = '10.0.0.0/16'" for n in "abcdef"}
    files |= {f"infra/part{n}/net/{n}/more.py": "MORE = 1" for n in "abcdef"}
    imports = "\n".join(f"    import infra.part{n}.net.{n}.range" for n in "abcdef")
    vpc = "    import pulumi_aws as aws\n    aws.ec2.Vpc('vpc', cidr_block='10.0.0.0/16')\n"
    code = f"{imports}\n{vpc}"
    assert names(run(write_program(tmp_path, code, files=files)).stack) == {"vpc"}
    assert not [name for name in sys.modules if name.partition(".")[0] == "infra"]


def test_a_package_that_fails_over_a_part_without_init(tmp_path: Path) -> None:
    files = {"kit/__init__.py": "from .parts.one import ONE", "kit/parts/one.py": "ONE = 1 / 0"}
    with pytest.raises(ProgramError) as caught:
        run(write_program(tmp_path, "    import kit\n", files=files))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert not [name for name in sys.modules if name.partition(".")[0] == "kit"]


def test_a_program_gets_its_own_module_of_a_loaded_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = types.ModuleType("house_rules")
    loaded.__file__ = str(tmp_path / "elsewhere" / "house_rules.py")
    monkeypatch.setitem(sys.modules, "house_rules", loaded)
    program = "import house_rules, pulumi_aws as aws\naws.ec2.Vpc(house_rules.NAME)\n"
    folder = write_program(tmp_path / "p", program, files={"house_rules.py": "NAME = 'own'"})
    assert names(run(folder).stack) == {"own"}
    assert sys.modules["house_rules"] is loaded


def test_callbacks_find_the_programs_folder(tmp_path: Path) -> None:
    program = """
        import pathlib
        import pulumi, pulumi_aws as aws
        def text(_):
            import late
            return pathlib.Path("range.txt").read_text() + late.REST
        aws.ec2.Vpc("main", cidr_block=pulumi.Output.from_input("x").apply(text))
    """
    files = {"range.txt": "10.0.0.0", "late.py": "REST = '/16'"}
    result = run(write_program(tmp_path, program, files=files))
    assert named(result.stack, "main").tree["cidrBlock"] == "10.0.0.0/16"


def test_what_a_program_prints_is_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(write_program(tmp_path, "print('hello')"))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hello" in captured.err


def test_configuration(tmp_path: Path) -> None:
    program = """
        import pulumi, pulumi_aws as aws
        config = pulumi.Config()
        vpc = aws.ec2.Vpc("main", tags={
            "count": str(config.require_int("count")), "flag": str(config.get_bool("flag")),
            "zone": config.require_object("zones")[1], "given": config.require("given"),
            "declared": config.require("declared"), "other": pulumi.Config("other").require("key"),
            "secret": config.require_secret("password"), "stack": pulumi.get_stack(),
            "project": pulumi.get_project(), "none": str(config.get("none")),
        })
        pulumi.export("id", vpc.id)
    """
    files = {
        "Pulumi.test.eu.yaml": """
            config:
              aws:region: eu-west-1
              shop:count: 3
              shop:flag: true
              shop:zones: [a, b]
              shop:given: from the file
              other:key: value
              shop:password:
                secure: AAABAAAA
        """
    }
    project = """
        name: shop
        runtime:
          name: python
        config:
          declared: {type: string, default: by default}
          none: {type: string}
    """
    folder = write_program(tmp_path, program, files=files, project=project)
    vpc = named(run(folder, given="by hand").stack, "main")
    assert vpc.region == "eu-west-1"
    assert vpc.tree["tags"] == {
        "count": "3",
        "flag": "True",
        "zone": "b",
        "given": "by hand",
        "declared": "by default",
        "other": "value",
        "secret": UNKNOWN,
        "stack": "test.eu",
        "project": "shop",
        "none": "None",
    }
    assert any(path[0] == "tags" for path in vpc.secrets)


def test_the_program_may_be_in_a_subfolder(tmp_path: Path) -> None:
    program = "import near, pulumi_aws as aws\naws.ec2.Vpc(near.NAME)\n"
    folder = write_program(
        tmp_path,
        "raise SystemExit",
        project="name: shop\nruntime: python\nmain: infra/\n",
        files={"infra/__main__.py": program, "infra/near.py": "NAME = 'sub'"},
    )
    assert names(run(folder).stack) == {"sub"}


@pytest.mark.parametrize(
    ("project", "says"),
    [
        ("name: shop\nruntime: nodejs\n", "is a program in nodejs"),
        ("name: shop\n", "only Python runs in process"),
        ("- a\n", "holds no mapping"),
        ("a: [", "is not YAML"),
        ("name: shop\nruntime: python\nmain: nowhere\n", "has no nowhere"),
    ],
)
def test_no_project(tmp_path: Path, project: str, says: str) -> None:
    with pytest.raises(ProjectError, match=says):
        read_project(write_program(tmp_path, "", project=project))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="there is no folder"):
        read_project(tmp_path / "missing")
    (tmp_path / "file").write_text("")
    with pytest.raises(ProjectError, match="is no folder"):
        read_project(tmp_path / "file")
    with pytest.raises(ProjectError, match=r"has no Pulumi\.yaml"):
        read_project(tmp_path)


def test_a_name_too_long_is_the_providers_sentence(tmp_path: Path) -> None:
    program = "import pulumi_aws as aws\naws.lb.TargetGroup('t' * 25)\n"
    with pytest.raises(ProgramError) as caught:
        run(write_program(tmp_path, program))
    assert str(caught.value) == (
        "could not make instance of 'aws:lb/targetGroup:TargetGroup': "
        f"name '{'t' * 25}-' plus 7 random chars is longer than maximum length 32"
    )
    assert isinstance(caught.value.__cause__, CheckFailure)


@pytest.mark.parametrize("code", ["1 / 0", "raise SystemExit(3)", "def (", "import no_such_module"])
def test_a_program_that_fails(tmp_path: Path, code: str) -> None:
    with pytest.raises(ProgramError):
        run(write_program(tmp_path, code))


def test_async_program_and_component() -> None:
    class Net(pulumi.ComponentResource):
        def __init__(self, name: str) -> None:
            super().__init__("my:index:Net", name)
            vpc = aws.ec2.Vpc(f"{name}-vpc", opts=pulumi.ResourceOptions(parent=self))
            self.register_outputs({"vpc": vpc.id})

    async def program() -> None:
        await asyncio.sleep(0)
        Net("net")

    stack = plan_of(program, CONTEXT)
    vpc = named(stack, "net-vpc")
    assert vpc.urn == "urn:pulumi:dev::shop::my:index:Net$aws:ec2/vpc:Vpc::net-vpc"
    assert vpc.parent == named(stack, "net").urn
    assert vpc.tree["enableDnsSupport"] is True


def test_an_explicit_provider_lends_its_region_and_tags() -> None:
    def program() -> None:
        tags = aws.ProviderDefaultTagsArgs(tags={"team": "shop"})
        provider = aws.Provider("west", region="us-west-2", default_tags=tags)
        aws.ec2.Vpc("there", opts=pulumi.ResourceOptions(provider=provider))
        aws.ec2.Vpc("here")

    stack = plan_of(program, CONTEXT)
    there, here = named(stack, "there"), named(stack, "here")
    assert (there.region, there.tree["region"]) == ("us-west-2", "us-west-2")
    assert there.tree["tagsAll"] == {"team": "shop"}
    assert (here.region, here.tree["tagsAll"]) == ("eu-west-1", {})


def test_reads_are_no_resources() -> None:
    def program() -> None:
        other = pulumi.StackReference("organization/other/dev")
        found = aws.ec2.Vpc.get("found", "vpc-1")
        zones = aws.get_availability_zones()
        aws.ec2.Subnet(
            "a",
            vpc_id=found.id,
            cidr_block=other.require_output("range"),
            availability_zone=zones.names[1],
        )
        pulumi.export("vpc", found.id)

    stack = plan_of(program, CONTEXT)
    assert names(stack) == {"a"}
    assert named(stack, "a").tree["vpcId"] == "vpc-1"
    assert named(stack, "a").tree["cidrBlock"] is UNKNOWN
    assert named(stack, "a").tree["availabilityZone"] == "eu-west-1b"
    assert not [one for one in stack if "StackReference" in one.token]


def test_answers_of_the_caller_win() -> None:
    def program() -> None:
        aws.ec2.Instance("a", ami=aws.ec2.get_ami(owners=["self"]).id)

    stack = plan_of(program, CONTEXT, calls={"aws:ec2/getAmi:getAmi": {"id": "ami-0"}})
    assert named(stack, "a").tree["ami"] == "ami-0"


def test_an_empty_program() -> None:
    assert names(plan_of(lambda: None, StackContext())) == set()


def test_a_secret_of_the_configuration_is_unknown_and_may_be_given(tmp_path: Path) -> None:
    program = """
        import pulumi, pulumi_aws as aws
        config = pulumi.Config()
        aws.rds.Instance(
            "db",
            instance_class="db.t4g.micro",
            port=config.require_secret_int("port"),
            password=config.get_secret("password"),
            username=config.require("nested"),
        )
    """
    files = {
        "Pulumi.dev.yaml": """
            config:
              shop:port: {secure: AAAB}
              shop:password: {secure: AAAB}
              shop:nested: {user: {secure: AAAB}}
        """
    }
    folder = write_program(tmp_path, program, files=files)
    original = pulumi.Config.require_secret_int
    unknown = named(run(folder).stack, "db")
    assert (unknown.tree["port"], unknown.tree["password"]) == (UNKNOWN, UNKNOWN)
    assert unknown.is_secret("password")
    assert unknown.tree["username"] == '{"user": "[secret]"}'
    given = named(run(folder, port="5433").stack, "db")
    assert given.tree["port"] == 5433
    assert given.is_secret("port")
    assert pulumi.Config.require_secret_int is original


def test_stack_configuration_in_a_folder_of_its_own(tmp_path: Path) -> None:
    program = "import pulumi_aws as aws\naws.ec2.Vpc('main')"
    files = {"stacks/Pulumi.prod.yaml": "config: {'aws:region': eu-north-1}"}
    project = "{name: shop, runtime: python, stackConfigDir: stacks}"
    folder = write_program(tmp_path, program, files=files, project=project)
    found = run(folder).stack
    assert (found.context.stack, named(found, "main").region) == ("prod", "eu-north-1")


def test_a_urn_given_twice_is_the_engines_sentence(tmp_path: Path) -> None:
    program = "import pulumi_aws as aws\naws.ec2.Vpc('main')\naws.ec2.Vpc('main')"
    with pytest.raises(ProgramError, match=r"Duplicate resource URN '.*::main'; try giving it a"):
        run(write_program(tmp_path, program))


def test_one_name_under_two_components_gives_two_buckets() -> None:
    class Site(pulumi.ComponentResource):
        def __init__(self, kind: str) -> None:
            super().__init__(f"my:index:{kind}", "site")
            aws.s3.Bucket("logs", opts=pulumi.ResourceOptions(parent=self))

    def program() -> None:
        Site("Shop")
        Site("Blog")

    buckets = [one.tree["bucket"] for one in plan_of(program, CONTEXT) if "Bucket" in one.token]
    assert len(set(buckets)) == 2
    assert buckets == [
        one.tree["bucket"] for one in plan_of(program, CONTEXT) if "Bucket" in one.token
    ]


def test_transforms_run_own_first_then_parents_then_the_stacks() -> None:
    def marking(letter: str) -> pulumi.ResourceTransform:
        def transform(
            args: pulumi.ResourceTransformArgs,
        ) -> pulumi.ResourceTransformResult | None:
            if args.type_ != "aws:rds/instance:Instance":
                return None
            props = {**args.props, "dbName": f"{args.props['dbName']}{letter}"}
            options = pulumi.ResourceOptions.merge(
                args.opts, pulumi.ResourceOptions(protect=True, ignore_changes=["engine"])
            )
            return pulumi.ResourceTransformResult(props, options)

        return transform

    def program() -> None:
        pulumi.runtime.register_resource_transform(marking("c"))
        parent = pulumi.ComponentResource(
            "my:index:Store", "s", None, pulumi.ResourceOptions(transforms=[marking("b")])
        )
        vpc = aws.ec2.Vpc("main")
        aws.rds.Instance(
            "db",
            instance_class="db.t4g.micro",
            db_name="x",
            username=vpc.id,
            password=pulumi.Output.secret("hidden"),
            opts=pulumi.ResourceOptions(parent=parent, transforms=[marking("a")]),
        )

    for _ in range(2):  # the second run is not touched by the first's
        db = named(plan_of(program, CONTEXT), "db")
        assert db.tree["dbName"] == "xabc"
        assert db.tree["username"] is UNKNOWN
        assert db.property_dependencies["username"]
        assert db.is_secret("password")
        assert db.options.protect
        assert "engine" in db.options.ignore_changes


def test_default_providers_are_in_the_plan_as_the_engine_names_them() -> None:
    def program() -> None:
        aws.ec2.Vpc("main")

    stack = plan_of(program, CONTEXT)
    (provider,) = [one for one in stack if one.token == "pulumi:providers:aws"]
    assert provider.urn == "urn:pulumi:dev::shop::pulumi:providers:aws::default_7_51_1"
    assert provider.tree == {"region": "eu-west-1", "version": "7.51.1"}
    assert named(stack, "main").provider is not None
    assert named(stack, "main").region == "eu-west-1"


def test_data_sources_are_asked_in_the_region_of_their_provider() -> None:
    def program() -> None:
        west = aws.Provider("west", region="us-west-2")
        zones = aws.get_availability_zones(opts=pulumi.InvokeOptions(provider=west))
        aws.ec2.Subnet("a", vpc_id="vpc-1", availability_zone=zones.names[0])
        here = aws.get_region_output().region
        zone = pulumi.Output.concat(here, "b")
        aws.ec2.Subnet("b", vpc_id="vpc-1", availability_zone=zone)

    stack = plan_of(program, CONTEXT)
    assert named(stack, "a").tree["availabilityZone"] == "us-west-2a"
    assert named(stack, "b").tree["availabilityZone"] == "eu-west-1b"


def test_what_a_data_source_cannot_know_is_unknown() -> None:
    def program() -> None:
        zone = aws.route53.get_zone(name="example.com.")
        group = aws.ec2.get_security_group(name="default")
        account = aws.iam.get_role(name="deploy").arn.split(":")[4]
        host = zone.name.rstrip(".")
        aws.route53.Record("a", zone_id=zone.zone_id, name=f"www.{host}", type="NS")
        aws.ec2.Instance(
            "i",
            vpc_security_group_ids=[group.id],
            user_data=f"echo {group.vpc_id}",
            tags={"host": host, "account": account},
        )

    stack = plan_of(program, CONTEXT)
    record, instance = named(stack, "a"), named(stack, "i")
    assert (record.tree["zoneId"], record.tree["name"]) == (UNKNOWN, "www.example.com")
    assert instance.tree["vpcSecurityGroupIds"] == [UNKNOWN]
    assert instance.tree["userData"] is UNKNOWN
    assert instance.tree["tags"] == {"host": "example.com", "account": UNKNOWN}
    assert instance.tree["tagsAll"] is UNKNOWN


def test_exports_timeouts_and_dynamic_resources() -> None:
    class Maker(dynamic.ResourceProvider):
        def create(self, _: dict[str, object]) -> dynamic.CreateResult:
            raise AssertionError("a preview creates nothing")

    class Made(dynamic.Resource):
        made: pulumi.Output[str]

    def program() -> None:
        timeouts = pulumi.CustomTimeouts(create="1h30m", delete="45s")
        vpc = aws.ec2.Vpc("main", opts=pulumi.ResourceOptions(custom_timeouts=timeouts))
        thing = Made(Maker(), "thing", {"made": None})
        aws.ec2.Subnet("a", vpc_id=vpc.id, cidr_block=thing.made)
        pulumi.export("vpc", vpc.id)
        pulumi.export("site", "example.com")

    stack = plan_of(program, CONTEXT)
    vpc = named(stack, "main")
    assert (vpc.options.create_timeout, vpc.options.delete_timeout) == (5400, 45)
    assert named(stack, "a").tree["cidrBlock"] is UNKNOWN
    assert dict(named(stack, "shop-dev").outputs) == {"vpc": UNKNOWN, "site": "example.com"}


def test_a_resource_given_as_a_value_is_its_id() -> None:
    class Network(pulumi.ComponentResource):
        def __init__(self, vpc: aws.ec2.Vpc) -> None:
            self.vpc: pulumi.Output[aws.ec2.Vpc]
            super().__init__("shop:index:Network", "network", {"vpc": vpc})
            self.register_outputs({"vpc": vpc})

    def program() -> None:
        vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/16")
        known = aws.ec2.Vpc.get("known", "vpc-0123456789abcdef0")
        aws.ec2.Subnet("by-value", vpc_id=vpc, cidr_block="10.0.0.0/24")
        aws.ec2.Subnet("of-known", vpc_id=known, cidr_block="10.0.1.0/24")
        rule = aws.ec2.SecurityGroupIngressArgs(
            protocol="tcp",
            from_port=443,
            to_port=443,
            security_groups=[aws.ec2.SecurityGroup("front", description="front")],
        )
        aws.ec2.SecurityGroup("back", description="back", ingress=[rule])
        network = Network(vpc)
        tags = {"Range": network.vpc.apply(lambda one: one.cidr_block)}
        aws.ec2.InternetGateway("gate", vpc_id=network.vpc.apply(lambda one: one.id), tags=tags)

    stack = plan_of(program, CONTEXT)
    assert named(stack, "by-value").tree["vpcId"] is UNKNOWN
    assert [one.name for one in named(stack, "by-value").follow("vpcId")] == ["vpc"]
    assert named(stack, "of-known").tree["vpcId"] == "vpc-0123456789abcdef0"
    assert named(stack, "back").tree["ingress"][0]["securityGroups"] == [UNKNOWN]
    assert named(stack, "gate").tree["tags"] == {"Range": "10.0.0.0/16"}
    assert [one.name for one in named(stack, "gate").follow("vpcId")] == ["vpc"]


class Elsewhere(pulumi.ComponentResource):
    """A component in another language: a property of it is given as one type, told as another."""

    nat_gateways: pulumi.Output[list[aws.ec2.NatGateway]]
    subnet_ids: pulumi.Output[list[str]]

    def __init__(self, name: str) -> None:
        properties = {"nat_gateways": {"strategy": "Single"}, "subnet_ids": None}
        super().__init__("awsx:ec2:Vpc", name, properties, remote=True)

    def zone(self) -> pulumi.Output[str]:
        """Ask a method of the component."""
        told = pulumi.runtime.call("awsx:ec2:Vpc/zone", {"__self__": self}, self)
        return told.apply(lambda one: str(one["result"]).upper())


def test_what_a_component_in_another_language_gives_is_unknown() -> None:
    def program() -> None:
        network = Elsewhere("network")
        aws.ec2.Instance(
            "server",
            ami="ami-0123456789abcdef0",
            instance_type="t3.micro",
            subnet_id=network.subnet_ids[0],
            availability_zone=network.zone(),
            tags={"Nat": network.nat_gateways.apply(lambda every: every[0].id)},
        )

    server = named(plan_of(program, CONTEXT), "server")
    assert server.tree["subnetId"] is server.tree["availabilityZone"] is UNKNOWN
    assert server.tree["tags"] == {"Nat": UNKNOWN}


def test_data_sources_asked_about_something_unknown() -> None:
    def program() -> None:
        network = Elsewhere("network").subnet_ids[0]
        filters = [aws.ec2.GetSubnetsFilterArgs(name="vpc-id", values=[network])]
        subnets = aws.ec2.get_subnets_output(filters=filters)
        aws.ec2.NetworkInterface("card", subnet_id=subnets.ids[0])
        statement = aws.iam.GetPolicyDocumentStatementArgs(
            actions=["s3:GetObject"],
            resources=["arn:aws:s3:::logs/*", network],
        )
        document = aws.iam.get_policy_document_output(statements=[statement])
        aws.iam.Policy("policy", policy=document.json)

    stack = plan_of(program, CONTEXT)
    assert named(stack, "card").tree["subnetId"] is UNKNOWN
    assert named(stack, "policy").tree["policy"] is UNKNOWN
