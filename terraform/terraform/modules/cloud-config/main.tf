variable "x" {
  type    = string
  default = ""
}
output "metadata" { value = { user-data = var.x } }
output "user_data_sha256" { value = sha256(var.x) }
