"""Which inputs carry a JSON document as text, and what stands at its top."""

from __future__ import annotations

OBJECT, ARRAY = "object", "array"

_POLICIES = {
    "aws:backup/vaultPolicy:VaultPolicy": "policy",
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": "accessPolicy",
    "aws:codeartifact/domainPermissions:DomainPermissions": "policyDocument",
    "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy": "policyDocument",
    "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "policy",
    "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": "policy",
    "aws:ecr/registryPolicy:RegistryPolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:ecrpublic/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
    "aws:elasticsearch/domain:Domain": "accessPolicies",
    "aws:elasticsearch/domainPolicy:DomainPolicy": "accessPolicies",
    "aws:glacier/vault:Vault": "accessPolicy",
    "aws:glue/resourcePolicy:ResourcePolicy": "policy",
    "aws:iam/groupPolicy:GroupPolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/userPolicy:UserPolicy": "policy",
    "aws:iot/policy:Policy": "policy",
    "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
    "aws:kms/externalKey:ExternalKey": "policy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:kms/replicaKey:ReplicaKey": "policy",
    "aws:opensearch/domain:Domain": "accessPolicies",
    "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
    "aws:organizations/policy:Policy": "content",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:s3/bucket:Bucket": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:apigateway/restApiPolicy:RestApiPolicy": "policy",
}

DOCUMENTS: dict[str, dict[str, str]] = {
    "aws:iam/role:Role": {"assumeRolePolicy": OBJECT, "inlinePolicies[].policy": OBJECT},
    "aws:ecs/taskDefinition:TaskDefinition": {"containerDefinitions": ARRAY},
    "aws:batch/jobDefinition:JobDefinition": {
        "containerProperties": OBJECT,
        "nodeProperties": OBJECT,
    },
    "aws:sfn/stateMachine:StateMachine": {"definition": OBJECT},
    "aws:cloudwatch/eventRule:EventRule": {"eventPattern": OBJECT},
    "aws:cloudwatch/eventArchive:EventArchive": {"eventPattern": OBJECT},
    "aws:cloudwatch/dashboard:Dashboard": {"dashboardBody": OBJECT},
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {"policy": OBJECT},
    "aws:sns/topicSubscription:TopicSubscription": {
        "filterPolicy": OBJECT,
        "redrivePolicy": OBJECT,
        "deliveryPolicy": OBJECT,
    },
    "aws:sqs/redrivePolicy:RedrivePolicy": {"redrivePolicy": OBJECT},
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": {"redriveAllowPolicy": OBJECT},
    "aws:cfg/rule:Rule": {"inputParameters": OBJECT},
}
"""Type -> property path (with `[]` for any element) -> what the document has at its top."""

for _type, _property in _POLICIES.items():
    DOCUMENTS.setdefault(_type, {})[_property] = OBJECT
DOCUMENTS["aws:sqs/queue:Queue"] |= {"redrivePolicy": OBJECT, "redriveAllowPolicy": OBJECT}
DOCUMENTS["aws:sns/topic:Topic"] |= {"deliveryPolicy": OBJECT}
