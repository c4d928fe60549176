# What the module cloud-config makes of each of cases.json. `npm run terraform` compares it with test/golden/cloud-config, which the
# tests of the provisioner's review read.
terraform {
  required_version = ">= 1.11"
}

locals {
  image = "@sha256:0b3c2ec4a4b0a3ed35a1ee0c7d1c5b8b0f2f1c0e7a4c8a7b4bdf8f43c9cf0c1e"
  cases = jsondecode(file("${path.module}/cases.json"))
}

module "case" {
  source          = "../../modules/cloud-config"
  for_each        = local.cases
  role            = each.value.role
  image           = "us-central1-docker.pkg.dev/t${each.value.role == "server" ? "s" : "c"}-project/tokens/token${each.value.role}${local.image}"
  arguments       = flatten([for line in each.value.arguments : split(" ", line)])
  ports           = try(each.value.ports, [])
  local_addresses = try(each.value.local_addresses, [])
  run_as_root     = try(each.value.run_as_root, false)
  cloud_logging   = try(each.value.cloud_logging, false)
}

output "rendered" {
  value = { for name, case in module.case : name => { metadata = case.metadata, sha256 = case.user_data_sha256 } }
}
