# Steps that alice.sh and bob.sh share. Sourced, not run. Each step may be said again: what is there stays as it is.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # PROJECT, REGION, ZONE, apis and the patterns belong to the scripts that source this

die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit 2
}

# need NAME WHY [PATTERN]: the variable NAME has a value, and it has the form of PATTERN.
need() {
  local value="${!1:-}"
  [[ -n $value ]] || die "$1 is not set: $2"
  [[ -z ${3:-} || $value =~ ^${3}$ ]] || die "$1 has not the form of $2"
}

# there WORDS...: does `gcloud WORDS` find it?
there() { gcloud "$@" --project "$PROJECT" >/dev/null 2>&1; }

project_pattern='[a-z][a-z0-9-]{4,28}[a-z0-9]'
image_pattern='[a-z0-9][a-z0-9.-]*/[a-z0-9._/-]+@sha256:[0-9a-f]{64}'
boot_image_pattern='projects/[a-z][a-z0-9-]+/global/images/[a-z][-a-z0-9]*'
address_pattern='[0-9]{1,3}(\.[0-9]{1,3}){3}'

make_project() {
  if [[ ${CREATE_PROJECT:-false} == true ]]; then
    need BILLING_ACCOUNT 'the billing account of the new project'
    there projects describe "$PROJECT" ||
      gcloud projects create "$PROJECT" --name "$1" ${ORG_ID:+--organization "$ORG_ID"}
    gcloud billing projects link "$PROJECT" --billing-account "$BILLING_ACCOUNT"
  fi
  gcloud services enable --project "$PROJECT" "${apis[@]}"
}

# make_network NAME CIDR
make_network() {
  there compute networks describe "$1" ||
    gcloud compute networks create "$1" --project "$PROJECT" --subnet-mode custom --bgp-routing-mode regional
  there compute networks subnets describe "$1-subnet" --region "$REGION" ||
    gcloud compute networks subnets create "$1-subnet" --project "$PROJECT" --region "$REGION" --network "$1" \
      --range "$2" --enable-private-ip-google-access --stack-type IPV4_ONLY
  make_zone "$1" googleapis googleapis.com. private.googleapis.com.
  make_zone "$1" pkg-dev pkg.dev. pkg.dev.
}

# make_zone NETWORK NAME DOMAIN APEX: names of Google's APIs lead to private.googleapis.com.
make_zone() {
  local zone="$1-$2"
  there dns managed-zones describe "$zone" && return
  gcloud dns managed-zones create "$zone" --project "$PROJECT" --dns-name "$3" --visibility private --networks "$1" \
    --description 'Google APIs by Private Google Access'
  gcloud dns record-sets create "$4" --project "$PROJECT" --zone "$zone" --type A --ttl 300 \
    --rrdatas 199.36.153.8,199.36.153.9,199.36.153.10,199.36.153.11
  gcloud dns record-sets create "*.$3" --project "$PROJECT" --zone "$zone" --type CNAME --ttl 300 --rrdatas "$4"
}

# make_addresses NAME: an internal one, and an external one.
make_addresses() {
  there compute addresses describe "$1-internal" --region "$REGION" ||
    gcloud compute addresses create "$1-internal" --project "$PROJECT" --region "$REGION" --subnet "$1-subnet"
  there compute addresses describe "$1" --region "$REGION" ||
    gcloud compute addresses create "$1" --project "$PROJECT" --region "$REGION"
}

address_of() { gcloud compute addresses describe "$1" --project "$PROJECT" --region "$REGION" --format 'value(address)'; }

# make_account NAME TITLE
make_account() {
  there iam service-accounts describe "$1@$PROJECT.iam.gserviceaccount.com" ||
    gcloud iam service-accounts create "$1" --project "$PROJECT" --display-name "$2"
}

# make_registry NAME READER
make_registry() {
  there artifacts repositories describe "$1" --location "$REGION" ||
    gcloud artifacts repositories create "$1" --project "$PROJECT" --location "$REGION" --repository-format docker --immutable-tags
  gcloud artifacts repositories add-iam-policy-binding "$1" --project "$PROJECT" --location "$REGION" \
    --member "serviceAccount:$2" --role roles/artifactregistry.reader --condition None
}

# make_role ID TITLE PERMISSIONS
make_role() {
  there iam roles describe "$1" ||
    gcloud iam roles create "$1" --project "$PROJECT" --title "$2" --permissions "$3" --stage GA
}

# put_secret ID FILE READER: the content goes from the file to Secret Manager and nowhere else.
put_secret() {
  [[ -r $2 ]] || die "$2 cannot be read"
  there secrets describe "$1" || gcloud secrets create "$1" --project "$PROJECT" --replication-policy automatic
  gcloud secrets versions add "$1" --project "$PROJECT" --data-file "$2"
  gcloud secrets add-iam-policy-binding "$1" --project "$PROJECT" --member "serviceAccount:$3" \
    --role roles/secretmanager.secretAccessor --condition None
}

# rule NAME WORDS...: a firewall rule for the machine's service account.
rule() {
  local name="$1"
  shift
  there compute firewall-rules describe "$name" || gcloud compute firewall-rules create "$name" --project "$PROJECT" "$@"
}

# closed NETWORK ACCOUNT: nothing comes in; only Google's APIs, by their private addresses, are called.
closed() {
  rule "$1-deny-ingress" --network "$1" --direction INGRESS --priority 65000 --action DENY --rules all \
    --source-ranges 0.0.0.0/0 --target-service-accounts "$2" --enable-logging
  rule "$1-deny-egress" --network "$1" --direction EGRESS --priority 65000 --action DENY --rules all \
    --destination-ranges 0.0.0.0/0 --target-service-accounts "$2" --enable-logging
  rule "$1-google-apis" --network "$1" --direction EGRESS --priority 1000 --action ALLOW --rules tcp:443 \
    --destination-ranges 199.36.153.8/30 --target-service-accounts "$2"
}

# render TEMPLATE IMAGE WORDS...: the cloud-config on standard output. A flag and its value share a line.
render() {
  local text image="$2" lines='' word
  text="$(<"$1")"
  shift 2
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./:=,@+-]+$ ]] || die "the argument $word has characters that the service manager gives a meaning"
    if [[ $word == -* ]]; then lines+="${lines:+ \\$'\n'      }$word"; else lines+=" $word"; fi
  done
  text="${text//@ARGUMENTS@/"$lines"}"
  text="${text//@IMAGE@/"$image"}"
  printf '%s\n' "${text//@REGISTRY@/"${image%%/*}"}"
}

# The exact metadata of both VMs. The review of the provisioner looks for these and no other.
metadata='block-project-ssh-keys=TRUE,cos-metrics-enabled=FALSE,cos-update-strategy=update_disabled,enable-guest-attributes=FALSE'
metadata+=',enable-osconfig=FALSE,enable-oslogin=FALSE,google-logging-enabled=FALSE,google-monitoring-enabled=FALSE'
metadata+=',serial-port-enable=FALSE,serial-port-logging-enable=FALSE'

# make_vm NAME ACCOUNT USER_DATA_FILE: never changed afterwards; to change it, delete it and say this again.
make_vm() {
  local words=(--machine-type e2-small --maintenance-policy MIGRATE)
  case ${CONFIDENTIAL_TYPE:-} in
    '') ;;
    SEV | SEV_SNP)
      words=(--machine-type n2d-standard-2 --min-cpu-platform 'AMD Milan' --maintenance-policy TERMINATE --confidential-compute-type "$CONFIDENTIAL_TYPE")
      ;;
    TDX) words=(--machine-type c3-standard-4 --maintenance-policy TERMINATE --confidential-compute-type TDX) ;;
    *) die 'CONFIDENTIAL_TYPE is SEV, SEV_SNP, TDX or empty' ;;
  esac
  there compute instances describe "$1" --zone "$ZONE" && die "the VM $1 is there: it is not changed in place"
  gcloud compute instances create "$1" --project "$PROJECT" --zone "$ZONE" "${words[@]}" \
    --network-interface "subnet=$1-subnet,private-network-ip=$(address_of "$1-internal"),address=$(address_of "$1"),nic-type=GVNIC,stack-type=IPV4_ONLY" \
    --image "${COS_IMAGE##*/}" --image-project "$(cut -d/ -f2 <<<"$COS_IMAGE")" --boot-disk-size 10GB \
    --service-account "$2" --scopes cloud-platform \
    --shielded-secure-boot --shielded-vtpm --shielded-integrity-monitoring \
    --metadata "$metadata" --metadata-from-file "user-data=$3"
}
