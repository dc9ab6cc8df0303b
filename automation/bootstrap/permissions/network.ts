import type { PolicyDocument } from "../documents";
import type { BootstrapPlace } from "../names";
import { allow, document, verbs } from "./statements";

export function network({ project, region }: BootstrapPlace): PolicyDocument {
  const inRegion = { StringEquals: { "aws:RequestedRegion": region } };
  const own = {
    StringEquals: { "aws:ResourceTag/Project": project, "aws:RequestedRegion": region },
  };
  const made = {
    StringEquals: { "aws:RequestTag/Project": project, "aws:RequestedRegion": region },
  };
  const kinds =
    "vpc subnet route-table internet-gateway natgateway elastic-ip security-group security-group-rule vpc-endpoint vpc-flow-log";
  const arns = kinds.split(" ").map((kind) => `arn:aws:ec2:${region}:*:${kind}/*`);
  return document(
    allow("Look", ["ec2:Describe*", "ec2:GetManagedPrefixListEntries"], "*", inRegion),
    allow(
      "Make",
      verbs(
        "ec2",
        "AllocateAddress CreateFlowLogs CreateInternetGateway CreateNatGateway CreateRouteTable CreateSecurityGroup CreateSubnet CreateVpc CreateVpcEndpoint",
      ),
      arns,
      made,
    ),
    allow(
      "MakeIn",
      verbs(
        "ec2",
        "CreateFlowLogs CreateNatGateway CreateRouteTable CreateSecurityGroup CreateSubnet CreateVpcEndpoint",
      ),
      arns,
      own,
    ),
    allow("Tag", ["ec2:CreateTags"], arns, inRegion),
    allow(
      "Change",
      verbs(
        "ec2",
        "AssociateRouteTable AttachInternetGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateRoute DeleteFlowLogs DeleteInternetGateway DeleteNatGateway DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVpc DeleteVpcEndpoints DetachInternetGateway DisassociateAddress DisassociateRouteTable ModifySecurityGroupRules ModifySubnetAttribute ModifyVpcAttribute ModifyVpcEndpoint ReleaseAddress ReplaceRoute ReplaceRouteTableAssociation RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
      ),
      arns,
      own,
    ),
    allow(
      "Site",
      verbs(
        "cloudfront",
        "CreateDistribution CreateOriginAccessControl DeleteDistribution DeleteOriginAccessControl GetDistribution GetDistributionConfig GetOriginAccessControl ListTagsForResource TagResource UntagResource UpdateDistribution UpdateOriginAccessControl",
      ),
      "arn:aws:cloudfront::*:*",
    ),
    allow(
      "Certificates",
      verbs(
        "acm",
        "AddTagsToCertificate DeleteCertificate DescribeCertificate ListTagsForCertificate RequestCertificate",
      ),
      "arn:aws:acm:*:*:certificate/*",
    ),
    allow(
      "Names",
      verbs("route53", "ChangeResourceRecordSets GetHostedZone ListResourceRecordSets"),
      "arn:aws:route53:::hostedzone/*",
    ),
    allow("NameChanges", ["route53:GetChange"], "arn:aws:route53:::change/*"),
  );
}
