"""Which inputs carry a JSON document as text, and what stands at its top.

Compared on 2026-11-24 with the documentation of each input in the provider (pulumi-aws 7.51.1,
https://www.pulumi.com/registry/packages/aws/api-docs/), and where that does not say JSON with the
reference of the API that the provider calls, named beside the group. The table is code because a
rule needs its types at start-up, when no file is read.
"""

from __future__ import annotations

OBJECT, ARRAY = "object", "array"

# The provider says JSON of each.
_POLICIES = {
    "aws:apigateway/restApiPolicy:RestApiPolicy": "policy",
    "aws:backup/vaultPolicy:VaultPolicy": "policy",
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy": "accessPolicy",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
    "aws:codeartifact/domainPermissions:DomainPermissions": "policyDocument",
    "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy": "policyDocument",
    "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "policy",
    "aws:ecr/registryPolicy:RegistryPolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:ecrpublic/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
    "aws:glacier/vault:Vault": "accessPolicy",
    "aws:iam/groupPolicy:GroupPolicy": "policy",
    "aws:iam/policy:Policy": "policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/userPolicy:UserPolicy": "policy",
    "aws:iot/policy:Policy": "policy",
    "aws:kms/externalKey:ExternalKey": "policy",
    "aws:kms/key:Key": "policy",
    "aws:kms/keyPolicy:KeyPolicy": "policy",
    "aws:organizations/policy:Policy": "content",
    "aws:s3/bucket:Bucket": "policy",
    "aws:secretsmanager/secret:Secret": "policy",
    "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
    "aws:sns/topic:Topic": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:sqs/queue:Queue": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    # The same policy as `policy` of VpcEndpoint.
    "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy": "policy",
    # Policy of https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
    # AccessPolicies of https://docs.aws.amazon.com/opensearch-service/latest/APIReference/
    "aws:elasticsearch/domain:Domain": "accessPolicies",
    "aws:elasticsearch/domainPolicy:DomainPolicy": "accessPolicies",
    "aws:opensearch/domain:Domain": "accessPolicies",
    "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
    # PolicyInJson of https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html
    "aws:glue/resourcePolicy:ResourcePolicy": "policy",
    # Policy of https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html
    "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
    # A key policy, as in CreateKey.
    "aws:kms/replicaKey:ReplicaKey": "policy",
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
}

DOCUMENTS: dict[str, dict[str, str]] = {
    # AssumeRolePolicyDocument of https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    "aws:iam/role:Role": {"assumeRolePolicy": OBJECT, "inlinePolicies[].policy": OBJECT},
    "aws:ecs/taskDefinition:TaskDefinition": {"containerDefinitions": ARRAY},
    "aws:batch/jobDefinition:JobDefinition": {
        "containerProperties": OBJECT,
        "nodeProperties": OBJECT,
    },
    # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
    "aws:sfn/stateMachine:StateMachine": {"definition": OBJECT},
    "aws:cloudwatch/eventRule:EventRule": {"eventPattern": OBJECT},
    # The same pattern as of a rule.
    "aws:cloudwatch/eventArchive:EventArchive": {"eventPattern": OBJECT},
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
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
# https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
DOCUMENTS["aws:sns/topic:Topic"] |= {"deliveryPolicy": OBJECT}
