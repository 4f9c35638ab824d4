{{/*
What the service may read of the cluster. `komodor-port rbac` prints the same for the same mapping; test/deploy/chart-rights.test.ts
compares the two.
*/}}

{{/* The add-ons that are on, as a YAML list. */}}
{{- define "komodor-port.addOns" -}}
{{- $config := (include "komodor-port.variables" . | fromYaml).config -}}
{{- $names := list -}}
{{- range splitList "," (get $config "ADD_ONS" | default (get $config "OCEAN__INTEGRATION__CONFIG__ADD_ONS") | default "") -}}
  {{- if trim . -}}{{- $names = append $names (trim .) -}}{{- end -}}
{{- end -}}
{{- toYaml $names -}}
{{- end }}

{{/*
A kind as `komodor-port` calls it, in lower case and plural: `Apps/V1/Deployment` -> `apps/v1/deployments`; nothing for what is
no kind of a cluster. The rules are those of src/kubernetes/kind-name.ts.
*/}}
{{- define "komodor-port.resourceKind" -}}
{{- $parts := splitList "/" (. | trim | lower) -}}
{{- $resource := last $parts -}}
{{- $group := "" -}}
{{- $version := "" -}}
{{- if eq (len $parts) 2 -}}{{- $version = index $parts 0 -}}{{- end -}}
{{- if eq (len $parts) 3 -}}{{- $group = index $parts 0 -}}{{- $version = index $parts 1 -}}{{- end -}}
{{- if eq $group "core" -}}{{- $group = "" -}}{{- end -}}
{{- $coreVersion := "^v[0-9]+((alpha|beta)[0-9]+)?$" -}}
{{- $isRight := ternary (regexMatch $coreVersion $version) (and (regexMatch "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" $group) (not (regexMatch $coreVersion $group)) (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" $version)) (eq $group "") -}}
{{- if and $isRight (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $resource) -}}
  {{- if regexMatch "(ss|us|x|ch|sh)$" $resource -}}
    {{- $resource = printf "%ses" $resource -}}
  {{- else if hasSuffix "s" $resource -}}
  {{- else if regexMatch "[^aeiou]y$" $resource -}}
    {{- $resource = printf "%sies" (trimSuffix "y" $resource) -}}
  {{- else -}}
    {{- $resource = printf "%ss" $resource -}}
  {{- end -}}
  {{- ternary (printf "%s/%s" $version $resource) (printf "%s/%s/%s" $group $version $resource) (eq $group "") -}}
{{- end -}}
{{- end }}

{{/*
Entries of the mapping that may read the cluster, as YAML {entries: [{kind, namespaces, addOns}]}: those of mapping.files, else those
that are shipped (files/kinds.json, made of mappings/ by scripts/deploy/chart-files.mjs).
*/}}
{{- define "komodor-port.mappedKinds" -}}
{{- $entries := list -}}
{{- $mapping := .Values.mapping | default dict -}}
{{- if $mapping.files -}}
  {{- range $name, $content := $mapping.files -}}
    {{- $file := ternary ($content | toString | fromYaml) $content (kindIs "string" $content) -}}
    {{- range ((kindIs "map" $file) | ternary $file dict).resources -}}
      {{- if and (kindIs "map" .) (kindIs "string" .kind) -}}
        {{- $addOns := list -}}
        {{- range list (get $file "addOn") (get . "addOn") -}}
          {{- if kindIs "slice" . -}}{{- $addOns = concat $addOns . -}}{{- else if . -}}{{- $addOns = append $addOns . -}}{{- end -}}
        {{- end -}}
        {{- $entries = append $entries (dict "kind" .kind "addOns" $addOns "namespaces" ((kindIs "map" .selector) | ternary .selector dict).namespaces) -}}
      {{- end -}}
    {{- end -}}
  {{- end -}}
{{- else if not $mapping.existingConfigMap -}}
  {{- $entries = (.Files.Get "files/kinds.json" | fromJson).entries -}}
{{- end -}}
{{- dict "entries" $entries | toYaml -}}
{{- end }}

{{/*
The resources that are read, as YAML {"": [group/resource …], NAMESPACE: [group/resource …]}: in the whole cluster under "", else by
namespace. Those of the folder of manifests are not read from the cluster.
*/}}
{{- define "komodor-port.readResources" -}}
{{- $on := include "komodor-port.addOns" . | fromYamlArray -}}
{{- $hasFolder := hasKey (include "komodor-port.variables" . | fromYaml).config "CATALOG_PATH" -}}
{{- $entries := (include "komodor-port.mappedKinds" . | fromYaml).entries | default list -}}
{{- range ((.Values.kubernetes).rbac).extraKinds -}}
  {{- if not (include "komodor-port.resourceKind" .) -}}
    {{- fail (printf "kubernetes.rbac.extraKinds: %q is no kind of a cluster. Write group/version/resource, such as apps/v1/deployments, or v1/pods." .) -}}
  {{- end -}}
  {{- $entries = append $entries (dict "kind" .) -}}
{{- end -}}
{{- $everywhere := dict -}}
{{- $limited := dict -}}
{{- range $entry := $entries -}}
  {{- $kind := include "komodor-port.resourceKind" $entry.kind -}}
  {{- $isOn := true -}}
  {{- range $entry.addOns -}}{{- if not (has . $on) -}}{{- $isOn = false -}}{{- end -}}{{- end -}}
  {{- $isOfFolder := and $hasFolder (has $kind (list "getport.io/v1/entities" "getport.io/v1/clusterentities")) -}}
  {{- if and $kind $isOn (not $isOfFolder) -}}
    {{- $parts := splitList "/" $kind -}}
    {{- $resource := printf "%s/%s" (ternary "" (first $parts) (eq (len $parts) 2)) (last $parts) -}}
    {{- $namespaces := $entry.namespaces | default list -}}
    {{- if not (kindIs "slice" $namespaces) -}}{{- $namespaces = list $namespaces -}}{{- end -}}
    {{- if $namespaces -}}
      {{- range $namespaces -}}
        {{- $namespace := include "komodor-port.text" . -}}
        {{- $_ := set $limited $namespace (append (get $limited $namespace | default list) $resource) -}}
      {{- end -}}
    {{- else -}}
      {{- $_ := set $everywhere $resource true -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- $read := dict "" (keys $everywhere | sortAlpha) -}}
{{- range $namespace, $resources := $limited -}}
  {{- $rest := list -}}
  {{- range $resources -}}{{- if not (hasKey $everywhere .) -}}{{- $rest = append $rest . -}}{{- end -}}{{- end -}}
  {{- if $rest -}}{{- $_ := set $read $namespace ($rest | uniq | sortAlpha) -}}{{- end -}}
{{- end -}}
{{- toYaml $read -}}
{{- end }}

{{/*
Rules for reading these resources, for writing back, and for seeing that there is the namespace, since an absent one looks empty:
dict "resources" (list group/resource …) "writeBack" true "seesNamespace" true. A YAML list.
*/}}
{{- define "komodor-port.rules" -}}
{{- $groups := dict -}}
{{- $entities := list -}}
{{- range .resources -}}
  {{- $group := splitList "/" . | first -}}
  {{- $resource := splitList "/" . | last -}}
  {{- $_ := set $groups $group (append (get $groups $group | default list) $resource) -}}
  {{- if has . (list "getport.io/entities" "getport.io/clusterentities") -}}{{- $entities = append $entities (printf "%s/status" $resource) -}}{{- end -}}
{{- end -}}
{{- $rules := list -}}
{{- range keys $groups | sortAlpha -}}
  {{- $rules = append $rules (dict "apiGroups" (list .) "resources" (get $groups .) "verbs" (list "get" "list" "watch")) -}}
{{- end -}}
{{- if and .writeBack $entities -}}
  {{- $rules = append $rules (dict "apiGroups" (list "getport.io") "resources" $entities "verbs" (list "patch")) -}}
  {{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "events") "verbs" (list "create" "patch")) -}}
{{- end -}}
{{- if .seesNamespace -}}
  {{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "namespaces") "verbs" (list "get")) -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end }}

{{/* Name of the ClusterRole, which all namespaces share. */}}
{{- define "komodor-port.clusterRoleName" -}}
{{- $fullname := include "komodor-port.fullname" . -}}
{{- ternary $fullname (printf "%s-%s" .Release.Namespace $fullname) (eq .Release.Namespace $fullname) -}}
{{- end }}
