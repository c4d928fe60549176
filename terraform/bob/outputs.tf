output "tc_project_id" {
  description = "Project of the VM. For Alice."
  value       = module.tc_setup.project_id
}

output "tc_project_number" {
  description = "Its number."
  value       = module.tc_setup.project_number
}

output "tc_service_account" {
  description = "Whom the VM runs as. For Alice."
  value       = module.tc_setup.tc_service_account
}

output "tc_image_hash" {
  description = "Digest of the TokenClient's image. For Alice, who compares it with what she trusts."
  value       = module.tc_build.image_hash
}

output "tc_image" {
  description = "The whole name of the image. For Alice's --trustedImage."
  value       = module.tc_build.image
}

output "tc_address" {
  description = "Address under which Alice sees the VM: external, of the NAT, internal over a VPN, or any with psc. For Alice."
  value = (
    var.connectivity == "psc" ? "any" :
    var.connectivity == "vpn" ? module.tc_setup.internal_address :
    var.enable_nat ? module.tc_setup.nat_address : module.tc_setup.external_address
  )
}

output "tc_external_address" {
  description = "External address; null where there is none."
  value       = module.tc_setup.external_address
}

output "tc_internal_address" {
  description = "Internal address."
  value       = module.tc_setup.internal_address
}

output "tc_natip_address" {
  description = "Address of the NAT; null without. For Alice."
  value       = module.tc_setup.nat_address
}

output "tc_instance_id" {
  description = "Numeric id of the VM; null until there is one. For Alice."
  value       = one(module.tc_deploy[*].tc_instance_id)
}

output "tc_instance_name" {
  description = "Name of the VM. For Alice."
  value       = one(module.tc_deploy[*].tc_instance_name)
}

output "tc_zone" {
  description = "Zone of the VM. For Alice."
  value       = var.zone
}

output "tc_user_data_sha256" {
  description = "SHA-256 of the user-data in base64, as Alice's review prints it. For Alice."
  value       = one(module.tc_deploy[*].user_data_sha256)
}

output "tc_cos_image" {
  description = "Boot image. For Alice."
  value       = one(module.tc_deploy[*].cos_image)
}

output "tc_confidential_type" {
  description = "SEV, SEV_SNP, TDX or null. For Alice: PCR 0 differs with it."
  value       = var.confidential_type
}

output "tc_cidr" {
  description = "Range of the subnetwork; null without VPN. For Alice."
  value       = var.connectivity == "vpn" ? var.tc_cidr : null
}

output "tc_vpnip_address" {
  description = "Address of the VPN gateway; null without VPN. For Alice."
  value       = module.tc_setup.tc_vpnip_address
}

output "tc_google_compute_vpn_gateway" {
  description = "Name of the VPN gateway; null without VPN."
  value       = module.tc_setup.tc_google_compute_vpn_gateway
}

output "tc_vpn_gateway" {
  description = "Id of the HA gateway; null otherwise. For Alice."
  value       = var.connectivity == "vpn" && var.vpn_mode == "ha" ? module.tc_setup.vpn_gateway : null
}

output "tc_asn" {
  description = "Number in BGP; null without HA VPN. For Alice."
  value       = var.connectivity == "vpn" && var.vpn_mode == "ha" ? var.tc_asn : null
}

output "connectivity" {
  description = "public, vpn or psc: must be Alice's."
  value       = var.connectivity
}

output "next_step" {
  description = "What is missing."
  value = (
    !local.has_image ? "Give the digest of the TokenClient image as tc_image_hash (npm run image prints it); run_build = true builds and pushes it." :
    var.connectivity == "vpn" && !local.has_vpn_peer ? "Tell Alice (npm run handoff -- bob); her answer has the VPN gateway." :
    !local.is_told ? "Wait for Alice's file: it has ts_address (or ts_psc_attachment), ts_audience, ts_service_account and tls_server_pins." :
    "Tell Alice (npm run handoff -- bob): she reviews the VM. Do not change it from now on."
  )
}
