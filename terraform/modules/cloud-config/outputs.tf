output "user_data" {
  description = "The cloud-config, for metadata key user-data."
  value       = local.user_data
}

output "user_data_sha256" {
  description = "SHA-256 of its bytes in base64, as the approval keeps it (init_script_hash) and the provisioner prints it."
  value       = base64sha256(local.user_data)
}

output "user_data_sha256_hex" {
  description = "The same in hexadecimal, as sha256sum prints it."
  value       = sha256(local.user_data)
}

output "metadata" {
  description = "Everything that the instance carries as metadata: each switch is set here, since project or zone could set it otherwise."
  value = {
    user-data                  = local.user_data
    block-project-ssh-keys     = "TRUE"
    enable-oslogin             = "FALSE"
    enable-osconfig            = "FALSE"
    enable-guest-attributes    = "FALSE"
    serial-port-enable         = "FALSE"
    serial-port-logging-enable = "FALSE"
    google-logging-enabled     = var.cloud_logging ? "TRUE" : "FALSE"
    google-monitoring-enabled  = "FALSE"
    cos-metrics-enabled        = "FALSE"
    cos-update-strategy        = "update_disabled"
  }
}

output "masked_units" {
  description = "Units that are masked at each boot."
  value       = concat(local.masked_units, var.cloud_logging ? [] : local.logging_units)
}
