"""The services of the constraint book: their names and where AWS documents them."""

from __future__ import annotations

_DOCS = "https://docs.aws.amazon.com"

_SERVICES: dict[str, tuple[str, str]] = {
    "apigateway": ("API Gateway (REST)", "apigateway/"),
    "apigatewayv2": ("API Gateway (HTTP and WebSocket)", "apigateway/"),
    "appsync": ("AppSync", "appsync/"),
    "athena": ("Athena", "athena/"),
    "autoscaling": ("Auto Scaling", "autoscaling/"),
    "batch": ("Batch", "batch/"),
    "bedrock": ("Bedrock", "bedrock/"),
    "bedrock-agentcore": ("Bedrock AgentCore", "bedrock-agentcore/"),
    "cloudfront": ("CloudFront", "cloudfront/"),
    "cloudwatch": ("CloudWatch", "cloudwatch/"),
    "codebuild": ("CodeBuild", "codebuild/"),
    "codecommit": ("CodeCommit", "codecommit/"),
    "codedeploy": ("CodeDeploy", "codedeploy/"),
    "codepipeline": ("CodePipeline", "codepipeline/"),
    "cognito": ("Cognito", "cognito/"),
    "docdb": ("DocumentDB", "documentdb/"),
    "docdbelastic": ("DocumentDB elastic clusters", "documentdb/"),
    "dynamodb": ("DynamoDB", "dynamodb/"),
    "ec2": ("EC2 and VPC", "ec2/"),
    "ecr": ("ECR", "ecr/"),
    "ecs": ("ECS", "ecs/"),
    "efs": ("EFS", "efs/"),
    "elasticache": ("ElastiCache", "elasticache/"),
    "elb": ("Classic Load Balancing", "elasticloadbalancing/"),
    "elbv2": ("Elastic Load Balancing", "elasticloadbalancing/"),
    "events": ("EventBridge", "eventbridge/"),
    "eventschemas": ("EventBridge schemas", "eventbridge/"),
    "firehose": ("Data Firehose", "firehose/"),
    "fsx": ("FSx", "fsx/"),
    "glue": ("Glue", "glue/"),
    "iam": ("IAM", "iam/"),
    "kinesis": ("Kinesis Data Streams", "kinesis/"),
    "kinesisanalytics": ("Managed Service for Apache Flink", "managed-flink/"),
    "kms": ("KMS", "kms/"),
    "lambda": ("Lambda", "lambda/"),
    "logs": ("CloudWatch Logs", "cloudwatch/"),
    "memorydb": ("MemoryDB", "memorydb/"),
    "msk": ("Managed Streaming for Apache Kafka", "msk/"),
    "neptune": ("Neptune", "neptune/"),
    "neptunegraph": ("Neptune Analytics", "neptune-analytics/"),
    "pipes": ("EventBridge Pipes", "eventbridge/"),
    "rds": ("RDS and Aurora", "rds/"),
    "redshift": ("Redshift", "redshift/"),
    "redshiftserverless": ("Redshift Serverless", "redshift/"),
    "route53": ("Route 53", "route53/"),
    "route53profiles": ("Route 53 Profiles", "route53/"),
    "route53resolver": ("Route 53 Resolver", "route53/"),
    "s3": ("S3", "s3/"),
    "scheduler": ("EventBridge Scheduler", "scheduler/"),
    "secretsmanager": ("Secrets Manager", "secretsmanager/"),
    "sns": ("SNS", "sns/"),
    "sqs": ("SQS", "sqs/"),
    "ssm": ("Systems Manager", "systems-manager/"),
    "stepfunctions": ("Step Functions", "step-functions/"),
    "tags": ("Tagging", "tag-editor/latest/userguide/tagging.html"),
    "wafv2": ("WAF", "waf/"),
}


def service_name(service: str) -> str:
    """What people call a service of the book; the book's own word where it has no other."""
    return _SERVICES.get(service, (service, ""))[0]


def service_url(service: str) -> str:
    """The address of a service's documentation."""
    return f"{_DOCS}/{_SERVICES.get(service, ('', ''))[1]}"
