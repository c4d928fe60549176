variable "region" { type = string }
variable "project_id" { type = string }
variable "repository" { type = string }
variable "repository_path" { type = string }
variable "image_hash" { type = string }
variable "run_build" { type = bool }
variable "app_source_dir" { type = string }
