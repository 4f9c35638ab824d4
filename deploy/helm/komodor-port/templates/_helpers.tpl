{{/* Name of the application in labels. */}}
{{- define "komodor-port.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/*
The name that every object begins with. At most 43 characters, so that with a component the name of a CronJob (52) and the
label of a StatefulSet's pod (63) still fit. What is cut off is replaced by a digest: two long names stay two.
*/}}
{{- define "komodor-port.fullname" -}}
{{- $whole := .Values.fullnameOverride | default .Values.metadataNamePrefixOverride -}}
{{- if not $whole -}}
  {{- $name := .Values.nameOverride | default .Chart.Name -}}
  {{- $whole = ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- end -}}
{{- if gt (len $whole) 43 -}}
  {{- printf "%s-%s" (trunc 34 $whole | trimSuffix "-") (sha256sum $whole | trunc 8) -}}
{{- else -}}
  {{- $whole | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/*
Metadata of an object: dict "root" $ "component" "server" "suffix" "-worker" "annotations" (dict …) "labels" (dict …);
"name" instead of a suffix.
*/}}
{{- define "komodor-port.metadata" -}}
name: {{ .name | default (printf "%s%s" (include "komodor-port.fullname" .root) (.suffix | default "")) | quote }}
namespace: {{ .root.Release.Namespace | quote }}
{{- with .annotations }}
annotations:
  {{- include "komodor-port.texts" . | nindent 2 }}
{{- end }}
{{- $labels := include "komodor-port.labels" . | fromYaml }}
{{- range $key, $value := .labels }}{{ $_ := set $labels $key (include "komodor-port.text" $value) }}{{ end }}
labels:
  {{- toYaml $labels | nindent 2 }}
{{- end }}

{{/* Labels of an object: dict "root" $ "component" "server". They name the chart's version, so they are not for pods. */}}
{{- define "komodor-port.labels" -}}
{{ include "komodor-port.podLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | trimSuffix "_" | trimSuffix "." | quote }}
{{- end }}

{{/* Labels of a pod: dict "root" $ "component" "server". */}}
{{- define "komodor-port.podLabels" -}}
{{- $own := include "komodor-port.selectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "komodor-port" -}}
{{- range $key, $value := .root.Values.extraLabels -}}
  {{- if not (hasKey $own $key) }}{{- $_ := set $own $key (include "komodor-port.text" $value) }}{{- end -}}
{{- end -}}
{{- toYaml $own -}}
{{- end }}

{{/* Labels that select pods: dict "root" $ "component" "server". */}}
{{- define "komodor-port.selectorLabels" -}}
app.kubernetes.io/name: {{ include "komodor-port.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "komodor-port.serviceAccountName" -}}
{{- $account := .Values.podServiceAccount | default dict -}}
{{- if $account.name -}}
  {{- tpl $account.name . -}}
{{- else -}}
  {{- ternary (include "komodor-port.fullname" .) "default" (not (not $account.create)) -}}
{{- end -}}
{{- end }}

{{/* The image: one string, or repository with tag or digest. */}}
{{- define "komodor-port.image" -}}
{{- $image := .Values.image -}}
{{- if kindIs "map" $image -}}
  {{- $tag := include "komodor-port.text" ($image.tag | default .Chart.AppVersion) -}}
  {{- $image = printf "%s:%s" $image.repository $tag -}}
  {{- if .Values.image.digest -}}
    {{- $image = printf "%s@%s" (empty .Values.image.tag | ternary .Values.image.repository $image) .Values.image.digest -}}
  {{- end -}}
{{- end -}}
{{- if .Values.imageRegistry -}}
  {{- printf "%s/%s" (trimSuffix "/" .Values.imageRegistry) $image -}}
{{- else -}}
  {{- $image -}}
{{- end -}}
{{- end }}

{{/* A value as text: whole numbers without an exponent, lists and maps as JSON, null as nothing. */}}
{{- define "komodor-port.text" -}}
{{- if kindIs "invalid" . -}}
{{- else if and (kindIs "float64" .) (eq (floor .) .) -}}
  {{- printf "%.0f" . -}}
{{- else if or (kindIs "map" .) (kindIs "slice" .) -}}
  {{- toJson . -}}
{{- else -}}
  {{- toString . -}}
{{- end -}}
{{- end }}

{{/* A map whose values are texts, as YAML. Kubernetes refuses the number in "prometheus.io/port: 8000", which people write. */}}
{{- define "komodor-port.texts" -}}
{{- $texts := dict -}}
{{- range $key, $value := . -}}{{- $_ := set $texts $key (include "komodor-port.text" $value) -}}{{- end -}}
{{- toYaml $texts -}}
{{- end }}

{{/* The name of a setting for a key in camelCase; a name in capitals stays as it is. */}}
{{- define "komodor-port.envName" -}}
{{- ternary . (. | snakecase | upper | replace "-" "_") (regexMatch "^[A-Z0-9_]+$" .) -}}
{{- end }}

{{/* "true" when the pods get the address of a Redis. */}}
{{- define "komodor-port.hasRedis" -}}
{{- $redis := .Values.redis | default dict -}}
{{- if or $redis.enabled $redis.url ($redis.existingSecret).name (get (.Values.settings | default dict) "REDIS_URL") (get ((.Values.integration).secrets | default dict) "redisUrl") -}}
true
{{- end -}}
{{- end }}

{{/* "true" when it runs as a CronJob. */}}
{{- define "komodor-port.isCronJob" -}}
{{- if eq (.Values.workload).kind "CronJob" }}true{{ end -}}
{{- end }}

{{/* Values of the stock chart that are accepted and change nothing, as far as they are set: a YAML list of their names. */}}
{{- define "komodor-port.ignoredValues" -}}
{{- $found := list -}}
{{- range $path := include "komodor-port.valuesWithoutEffect" . | fromYamlArray -}}
  {{- $parts := splitList "." $path -}}
  {{- $parent := $.Values -}}
  {{- range initial $parts -}}{{- $parent = get ($parent | default dict) . | default dict -}}{{- end -}}
  {{- if hasKey $parent (last $parts) -}}{{- $found = append $found $path -}}{{- end -}}
{{- end -}}
{{- toYaml $found -}}
{{- end }}

{{/* Their names. values.schema.json has them too. */}}
{{- define "komodor-port.valuesWithoutEffect" -}}
- actionsProcessor
- createPortResourcesOrigin
- executionAgent
- healthChecker
- identityPropagation
- incrementalSync
- initContainer
- integration.actionsProcessor
- integration.lakehouseEnabled
- integration.oauth
- integration.processExecution
- integration.processingMode
- integration.streamingEnabled
- integration.version
- lakehouseEnabled
- liveEvents.deployment
- liveEvents.extraConfig
- liveEvents.extraLabels
- liveEvents.ingress
- liveEvents.initializePortResources
- liveEvents.isRedisStreamConsumerEnabled
- liveEvents.redis
- liveEvents.service
- liveEvents.worker
- pathPrefix
- port.ingestUrl
- postgresql
- probe
- processExecution
- processingMode
- streamingEnabled
- workload.cron.initContainer
- workload.cron.kubectlImage
{{- end }}
