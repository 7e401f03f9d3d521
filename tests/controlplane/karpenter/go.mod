// Only the CustomResourceDefinitions of Karpenter are read, from the module's own files.
module cloister.dev/tests/karpenter

go 1.26

require github.com/aws/karpenter-provider-aws v1.14.1
