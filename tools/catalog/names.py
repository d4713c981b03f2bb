"""Names of services and properties in Pulumi, botocore and CloudFormation, and how they agree."""

import re
from collections.abc import Iterable

BOTOCORE: dict[str, tuple[str, ...]] = {
    "appautoscaling": ("application-autoscaling",),
    "bcmdata": ("bcm-data-exports",),
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-agentcore-control", "bedrock-data-automation"),
    "bedrockfoundation": ("bedrock",),
    "bedrockmodel": ("bedrock",),
    "cfg": ("config",),
    "chime": ("chime", "chime-sdk-voice"),
    "cloudwatch": ("cloudwatch", "logs", "events"),
    "cognito": ("cognito-idp", "cognito-identity"),
    "costexplorer": ("ce",),
    "directoryservice": ("ds",),
    "directoryservicedata": ("ds-data",),
    "ec2clientvpn": ("ec2",),
    "ec2transitgateway": ("ec2",),
    "ebs": ("ec2",),
    "elasticsearch": ("es",),
    "kinesis": ("kinesis", "firehose", "kinesisvideo", "kinesisanalytics"),
    "lb": ("elbv2",),
    "lex": ("lex-models", "lexv2-models"),
    "macie": ("macie2",),
    "msk": ("kafka", "kafkaconnect"),
    "mskconnect": ("kafkaconnect",),
    "opensearch": ("opensearch", "opensearchserverless"),
    "opensearchingest": ("osis",),
    "resourceexplorer": ("resource-explorer-2",),
    "route53": ("route53", "route53profiles", "route53resolver"),
    "route53recoverycontrol": ("route53-recovery-control-config",),
    "s3": ("s3", "s3control"),
    "serverlessrepository": ("serverlessrepo",),
    "sfn": ("stepfunctions",),
    "verifiedaccess": ("ec2",),
    "vpc": ("ec2", "vpc-lattice"),
    "waf": ("waf",),
    "wafregional": ("waf-regional",),
}
"""Pulumi module -> botocore services, where the name alone does not say."""

CLOUDFORMATION: dict[str, tuple[str, ...]] = {
    "acm": ("CertificateManager",),
    "amp": ("APS",),
    "appautoscaling": ("ApplicationAutoScaling",),
    "bcmdata": ("BCMDataExports",),
    "bedrock": ("Bedrock", "BedrockAgentCore"),
    "bedrockmodel": ("Bedrock",),
    "cfg": ("Config",),
    "cloudhsmv2": ("CloudHSM",),
    "cloudwatch": ("CloudWatch", "Logs", "Events"),
    "costexplorer": ("CE",),
    "ebs": ("EC2",),
    "ec2clientvpn": ("EC2",),
    "ec2transitgateway": ("EC2",),
    "ecrpublic": ("ECR",),
    "elb": ("ElasticLoadBalancing",),
    "inspector2": ("InspectorV2",),
    "keyspaces": ("Cassandra",),
    "kinesis": ("Kinesis", "KinesisFirehose", "KinesisVideo", "KinesisAnalytics"),
    "lb": ("ElasticLoadBalancingV2",),
    "macie2": ("Macie",),
    "mq": ("AmazonMQ",),
    "msk": ("MSK", "KafkaConnect"),
    "mskconnect": ("KafkaConnect",),
    "opensearch": ("OpenSearchService", "OpenSearchServerless"),
    "opensearchingest": ("OSIS",),
    "resourceexplorer": ("ResourceExplorer2",),
    "schemas": ("EventSchemas",),
    "sfn": ("StepFunctions",),
    "ssoadmin": ("SSO",),
    "timestreaminfluxdb": ("Timestream",),
    "timestreamwrite": ("Timestream",),
    "verifiedaccess": ("EC2",),
    "vpc": ("EC2", "VpcLattice"),
}
"""Pulumi module -> CloudFormation services, where the name alone does not say."""

CLOUDFORMATION_TYPES: dict[str, str] = {
    "aws:acm/certificate:Certificate": "AWS::CertificateManager::Certificate",
    "aws:amp/ruleGroupNamespace:RuleGroupNamespace": "AWS::APS::RuleGroupsNamespace",
    "aws:apigateway/restApi:RestApi": "AWS::ApiGateway::RestApi",
    "aws:apigateway/integration:Integration": "AWS::ApiGateway::Method.Integration",
    "aws:autoscaling/group:Group": "AWS::AutoScaling::AutoScalingGroup",
    "aws:autoscaling/policy:Policy": "AWS::AutoScaling::ScalingPolicy",
    "aws:autoscaling/schedule:Schedule": "AWS::AutoScaling::ScheduledAction",
    "aws:appautoscaling/policy:Policy": "AWS::ApplicationAutoScaling::ScalingPolicy",
    "aws:appautoscaling/target:Target": "AWS::ApplicationAutoScaling::ScalableTarget",
    "aws:backup/plan:Plan": "AWS::Backup::BackupPlan",
    "aws:backup/selection:Selection": "AWS::Backup::BackupSelection",
    "aws:backup/vault:Vault": "AWS::Backup::BackupVault",
    "aws:cfg/recorder:Recorder": "AWS::Config::ConfigurationRecorder",
    "aws:cfg/rule:Rule": "AWS::Config::ConfigRule",
    "aws:cloudwatch/eventBus:EventBus": "AWS::Events::EventBus",
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:cloudwatch/eventConnection:EventConnection": "AWS::Events::Connection",
    "aws:cloudwatch/eventApiDestination:EventApiDestination": "AWS::Events::ApiDestination",
    "aws:cloudwatch/eventArchive:EventArchive": "AWS::Events::Archive",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "AWS::Logs::MetricFilter",
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": "AWS::Logs::SubscriptionFilter",
    "aws:docdb/cluster:Cluster": "AWS::DocDB::DBCluster",
    "aws:docdb/clusterInstance:ClusterInstance": "AWS::DocDB::DBInstance",
    "aws:ec2/vpnConnection:VpnConnection": "AWS::EC2::VPNConnection",
    "aws:elasticache/cluster:Cluster": "AWS::ElastiCache::CacheCluster",
    "aws:elasticbeanstalk/environment:Environment": "AWS::ElasticBeanstalk::Environment",
    "aws:glue/catalogDatabase:CatalogDatabase": "AWS::Glue::Database",
    "aws:glue/catalogTable:CatalogTable": "AWS::Glue::Table",
    "aws:iam/policy:Policy": "AWS::IAM::ManagedPolicy",
    "aws:imagebuilder/imageRecipe:ImageRecipe": "AWS::ImageBuilder::ImageRecipe",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        "AWS::KinesisFirehose::DeliveryStream"
    ),
    "aws:neptune/cluster:Cluster": "AWS::Neptune::DBCluster",
    "aws:neptune/clusterInstance:ClusterInstance": "AWS::Neptune::DBInstance",
    "aws:rds/cluster:Cluster": "AWS::RDS::DBCluster",
    "aws:rds/instance:Instance": "AWS::RDS::DBInstance",
    "aws:rds/clusterInstance:ClusterInstance": "AWS::RDS::DBInstance",
    "aws:rds/parameterGroup:ParameterGroup": "AWS::RDS::DBParameterGroup",
    "aws:rds/proxy:Proxy": "AWS::RDS::DBProxy",
    "aws:rds/subnetGroup:SubnetGroup": "AWS::RDS::DBSubnetGroup",
    "aws:route53/healthCheck:HealthCheck": "AWS::Route53::HealthCheck",
    "aws:route53/record:Record": "AWS::Route53::RecordSet",
    "aws:route53/zone:Zone": "AWS::Route53::HostedZone",
    "aws:sns/topicSubscription:TopicSubscription": "AWS::SNS::Subscription",
    "aws:wafv2/webAcl:WebAcl": "AWS::WAFv2::WebACL",
}
"""Types whose CloudFormation name differs."""

OPERATIONS: dict[str, tuple[str, str]] = {
    "aws:autoscaling/group:Group": ("autoscaling", "CreateAutoScalingGroup"),
    "aws:autoscaling/policy:Policy": ("autoscaling", "PutScalingPolicy"),
    "aws:autoscaling/schedule:Schedule": ("autoscaling", "PutScheduledUpdateGroupAction"),
    "aws:appautoscaling/policy:Policy": ("application-autoscaling", "PutScalingPolicy"),
    "aws:appautoscaling/target:Target": ("application-autoscaling", "RegisterScalableTarget"),
    "aws:backup/plan:Plan": ("backup", "CreateBackupPlan"),
    "aws:backup/selection:Selection": ("backup", "CreateBackupSelection"),
    "aws:backup/vault:Vault": ("backup", "CreateBackupVault"),
    "aws:cloudwatch/eventBus:EventBus": ("events", "CreateEventBus"),
    "aws:cloudwatch/eventConnection:EventConnection": ("events", "CreateConnection"),
    "aws:cloudwatch/eventApiDestination:EventApiDestination": ("events", "CreateApiDestination"),
    "aws:cloudwatch/eventArchive:EventArchive": ("events", "CreateArchive"),
    "aws:cloudwatch/eventRule:EventRule": ("events", "PutRule"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "CreateLogGroup"),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": ("logs", "PutMetricFilter"),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": (
        "logs",
        "PutSubscriptionFilter",
    ),
    "aws:ec2/instance:Instance": ("ec2", "RunInstances"),
    "aws:ecs/taskDefinition:TaskDefinition": ("ecs", "RegisterTaskDefinition"),
    "aws:eks/nodeGroup:NodeGroup": ("eks", "CreateNodegroup"),
    "aws:elasticache/cluster:Cluster": ("elasticache", "CreateCacheCluster"),
    "aws:elb/loadBalancer:LoadBalancer": ("elb", "CreateLoadBalancer"),
    "aws:glue/catalogDatabase:CatalogDatabase": ("glue", "CreateDatabase"),
    "aws:glue/catalogTable:CatalogTable": ("glue", "CreateTable"),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        "firehose",
        "CreateDeliveryStream",
    ),
    "aws:lb/listenerRule:ListenerRule": ("elbv2", "CreateRule"),
    "aws:rds/cluster:Cluster": ("rds", "CreateDBCluster"),
    "aws:rds/instance:Instance": ("rds", "CreateDBInstance"),
    "aws:rds/clusterInstance:ClusterInstance": ("rds", "CreateDBInstance"),
    "aws:rds/parameterGroup:ParameterGroup": ("rds", "CreateDBParameterGroup"),
    "aws:rds/proxy:Proxy": ("rds", "CreateDBProxy"),
    "aws:rds/subnetGroup:SubnetGroup": ("rds", "CreateDBSubnetGroup"),
    "aws:docdb/cluster:Cluster": ("docdb", "CreateDBCluster"),
    "aws:docdb/clusterInstance:ClusterInstance": ("docdb", "CreateDBInstance"),
    "aws:neptune/cluster:Cluster": ("neptune", "CreateDBCluster"),
    "aws:neptune/clusterInstance:ClusterInstance": ("neptune", "CreateDBInstance"),
    "aws:sns/topicSubscription:TopicSubscription": ("sns", "Subscribe"),
}
"""Types whose creating call has another name."""

NAMESAKES = {
    ("aws:ses/configurationSet:ConfigurationSet", "tlsPolicy"),
}
"""Properties that only share a name with CloudFormation's: SES 1 here, SES 2 there."""

NOT_CONSTRAINED = {"tags", "tagsAll", "region"}
"""Inputs that the provider sends in calls of their own, or not at all."""


def plain(name: str) -> str:
    """A name without case and punctuation: `DBCluster-Arn` -> `dbclusterarn`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def forms(name: str) -> list[str]:
    """A plain name and its singular and plural forms, the name itself first."""
    found = [name]
    if name.endswith("ies"):
        found.append(name[:-3] + "y")
    if name.endswith("es"):
        found.append(name[:-2])
    found.append(name[:-1] if name.endswith("s") else name + "s")
    if name.endswith("y"):
        found.append(name[:-1] + "ies")
    return found


def find(name: str, members: dict[str, str], aliases: Iterable[str] = ()) -> str | None:
    """The member that a wire name denotes; `members` maps plain names to members."""
    for form in [*forms(plain(name)), *aliases]:
        if form in members:
            return members[form]
    return None


def name_aliases(wire: str, resource: str) -> list[str]:
    """What AWS may call a resource's own `name`, `description`: `RoleName` of a `Role`."""
    if wire not in {"name", "description"}:
        return []
    words = re.findall(r"[A-Z][a-z0-9]*", resource)
    tails = ["".join(words[start:]) for start in range(len(words))]
    return [plain(f"{tail}{wire}") for tail in tails if tail]
