variable "project_id" {
  description = "Project of the tunnels."
  type        = string
}

variable "region" {
  description = "Region of both gateways."
  type        = string
}

variable "network" {
  description = "Id of the network."
  type        = string
}

variable "name" {
  description = "Names begin with it."
  type        = string
}

variable "mode" {
  description = "ha, classic_static, or none."
  type        = string
}

variable "gateway" {
  description = "Id of the own gateway."
  type        = string
}

variable "own_cidr" {
  description = "Own range, told to the other party."
  type        = string
}

variable "peer_cidr" {
  description = "Range of the other party: the only one that is let into the tunnel."
  type        = string
  validation {
    condition     = var.peer_cidr != var.own_cidr
    error_message = "The ranges of both parties must differ: one of you chooses another."
  }
}

variable "vpn_key" {
  description = "The pre-shared key."
  type        = string
  sensitive   = true
  ephemeral   = true
  validation {
    condition     = var.vpn_key != null
    error_message = "The VPN needs its vpn_key: openssl rand -base64 32, the same on both sides."
  }
}

variable "vpn_key_version" {
  description = "Raise it when the key changed."
  type        = string
}

variable "peer_gateway" {
  description = "ha: self link or id of the other party's HA gateway."
  type        = string
}

variable "own_asn" {
  description = "ha: own number in BGP."
  type        = number
}

variable "peer_asn" {
  description = "ha: number of the other party in BGP."
  type        = number
}

variable "link_host" {
  description = "ha: which of the two addresses of each link net is ours, 1 or 2; the other party takes the other."
  type        = number
}

variable "own_address" {
  description = "classic_static: address of the own gateway."
  type        = string
}

variable "peer_address" {
  description = "classic_static: address of the other party's gateway."
  type        = string
}
