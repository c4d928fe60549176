output "cos_image" {
  description = "Boot image of the TokenServer."
  value       = one(module.ts_deploy[*].cos_image)
}

output "pcr_policy" {
  description = "The expected registers as a file for the provisioner's --pcrPolicy."
  value = jsonencode({
    for bank, digits in { sha256 = 64, sha384 = 96 } : bank => {
      for index, values in local.expected_pcrs : index => [for value in values : value if length(value) == digits]
      if length([for value in values : value if length(value) == digits]) > 0
    } if length([for value in flatten(values(local.expected_pcrs)) : value if length(value) == digits]) > 0
  })
}

output "provisioner_flags" {
  description = "How the review of Bob's VM begins; the secrets, PCR values and the certificate are yours to add."
  value = var.tc_project_id == null || var.tc_instance_id == null ? null : join(" ", [
    "--fireStoreProjectId ${module.ts_setup.project_id}", "--firestoreCollectionName ${var.collection_id}",
    "--clientProjectId ${var.tc_project_id}", "--clientVMZone ${coalesce(var.tc_zone, var.zone)}", "--clientVMId ${var.tc_instance_id}",
    "--peerAddress ${local.peer_address}", "--secretsKmsKey ${module.ts_setup.kms_key}",
  ])
}

output "next_step" {
  description = "What is missing."
  value = (
    !local.has_image ? "Give the digest of the TokenServer image as ts_image_hash (npm run image prints it); run_build = true builds and pushes it." :
    var.connectivity == "vpn" && !local.has_vpn_peer ? "Tell Bob (npm run handoff -- alice); his answer has the VPN gateway." :
    length(local.client_cidrs) == 0 && var.connectivity != "psc" ? "Nobody may connect: put Bob's address into allowed_client_cidrs." :
    var.connectivity == "psc" && var.tc_project_id == null ? "Nobody may connect: Bob's project (tc_project_id) has to be accepted." :
    var.tc_instance_id == null ? "Tell Bob (npm run handoff -- alice) and wait for his VM." :
    "Review Bob's VM: provisioner and the output provisioner_flags."
  )
}
