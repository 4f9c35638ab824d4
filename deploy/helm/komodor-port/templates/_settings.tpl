{{/* Names of settings that are secret: they go into the Secret, wherever the values have them. */}}
{{- define "komodor-port.secretNames" -}}
[KOMODOR_API_KEY, PORT_CLIENT_ID, PORT_CLIENT_SECRET, API_TOKEN, WEBHOOK_SECRET, REDIS_URL, REDIS_PASSWORD, NOTIFY_URL, NOTIFY_SECRET, METRICS_WEBHOOK_URL]
{{- end }}

{{/* "true" when a variable of this name is secret, by our name or by one of Ocean's. */}}
{{- define "komodor-port.isSecret" -}}
{{- $names := include "komodor-port.secretNames" . | fromYamlArray -}}
{{- if or (has . $names) (regexMatch "^OCEAN__PORT__CLIENT_(ID|SECRET)$|^OCEAN__INTEGRATION__CONFIG__KOMODOR_(API_KEY|TOKEN)$|^OCEAN__METRICS__WEBHOOK_URL$|^OTEL_EXPORTER_OTLP_(TRACES_)?HEADERS$" .) -}}
true
{{- end -}}
{{- end }}

{{/* A setting as text: list NAME VALUE. YAML reads an unquoted off as false, and these two settings know the word off only. */}}
{{- define "komodor-port.settingText" -}}
{{- $isOff := and (has (first .) (list "RESYNC_INTERVAL" "RUN_HISTORY")) (kindIs "bool" (last .)) (not (last .)) -}}
{{- ternary "off" (include "komodor-port.text" (last .)) $isOff -}}
{{- end }}

{{/* All variables that the values give, as YAML: {config: {NAME: text}, secret: {NAME: text}}. Secret ones are told apart by name. */}}
{{- define "komodor-port.variables" -}}
{{- $values := .Values -}}
{{- $all := dict "HTTP_PORT" "8000" -}}
{{- $secret := dict -}}
{{- /* Values of the stock chart, and ours, under the names of the settings. null and "" leave the setting to the service. */ -}}
{{- $listener := ($values.integration).eventListener | default dict -}}
{{- $named := dict
  "PORT_BASE_URL" ($values.port).baseUrl
  "PORT_CLIENT_ID" ($values.port).clientId
  "PORT_CLIENT_SECRET" ($values.port).clientSecret
  "INTEGRATION_IDENTIFIER" ($values.integration).identifier
  "EVENT_LISTENER" $listener.type
  "EVENT_LISTENER_INTERVAL" $listener.interval
  "PUBLIC_URL" (($values.liveEvents).baseUrl | default $listener.appHost)
  "INITIALIZE_PORT_RESOURCES" $values.initializePortResources
  "SEND_RAW_DATA_EXAMPLES" $values.sendRawDataExamples
  "ALLOW_ENV_IN_MAPPING" $values.allowEnvironmentVariablesJqAccess
  "REQUEST_TIMEOUT_SECONDS" $values.clientTimeout
  "MAPPING_SOURCE" ($values.mapping).source
  "RUN_HISTORY" ($values.history).mode
  "RUN_HISTORY_RUNS" ($values.history).runs
  "NOTIFY_URL" ($values.notify).url
  "REDIS_URL" ($values.redis).url
-}}
{{- if include "komodor-port.isCronJob" . -}}
  {{- $_ := set $named "EVENT_LISTENER" "ONCE" -}}
{{- else -}}
  {{- $_ := set $named "RESYNC_INTERVAL" $values.scheduledResyncInterval -}}
{{- end -}}
{{- if or ($values.mapping).files ($values.mapping).existingConfigMap -}}{{- $_ := set $named "MAPPING_PATH" "/etc/komodor-port/mappings" -}}{{- end -}}
{{- if or ($values.blueprints).files ($values.blueprints).existingConfigMap -}}{{- $_ := set $named "BLUEPRINTS_PATH" "/etc/komodor-port/blueprints" -}}{{- end -}}
{{- if ($values.kubernetes).enabled -}}
  {{- $_ := set $named "KUBERNETES" "in-cluster" -}}
  {{- $_ := set $named "CLUSTER_NAME" $values.kubernetes.clusterName -}}
  {{- if $values.kubernetes.writeBack -}}{{- $_ := set $named "KUBERNETES_WRITE_BACK" "status" -}}{{- end -}}
{{- end -}}
{{- if ($values.catalog).enabled -}}{{- $_ := set $named "CATALOG_PATH" (include "komodor-port.catalogPath" .) -}}{{- end -}}
{{- range $name, $value := $named -}}
  {{- $text := include "komodor-port.settingText" (list $name $value) -}}
  {{- if ne $text "" -}}{{- $_ := set $all $name $text -}}{{- end -}}
{{- end -}}
{{- range $key, $value := ($values.integration).config -}}
  {{- $_ := set $all (printf "OCEAN__INTEGRATION__CONFIG__%s" (include "komodor-port.envName" $key)) (include "komodor-port.text" $value) -}}
{{- end -}}
{{- range $key, $value := ($values.integration).secrets -}}
  {{- $name := include "komodor-port.envName" $key -}}
  {{- if not (include "komodor-port.isSecret" $name) -}}{{- $name = printf "OCEAN__INTEGRATION__CONFIG__%s" $name -}}{{- end -}}
  {{- $_ := set $secret $name (include "komodor-port.text" $value) -}}
{{- end -}}
{{- range $key, $value := ($values.integration).extraConfig -}}
  {{- $_ := set $all (include "komodor-port.envName" $key) (include "komodor-port.text" $value) -}}
{{- end -}}
{{- /* The most exact name last: it goes before the others. */ -}}
{{- range $name, $value := $values.settings -}}
  {{- if not (kindIs "invalid" $value) -}}{{- $_ := set $all $name (include "komodor-port.settingText" (list $name $value)) -}}{{- end -}}
{{- end -}}
{{- $config := dict -}}
{{- range $name, $value := $all -}}
  {{- $_ := set (ternary $secret $config (eq (include "komodor-port.isSecret" $name) "true")) $name $value -}}
{{- end -}}
{{- dict "config" $config "secret" $secret | toYaml -}}
{{- end }}

{{/* What the chart's ConfigMap holds, as YAML. */}}
{{- define "komodor-port.configData" -}}
{{- (include "komodor-port.variables" . | fromYaml).config | toYaml -}}
{{- end }}

{{/* What the chart's Secret holds, as YAML; {} when there is none. */}}
{{- define "komodor-port.secretData" -}}
{{- (include "komodor-port.variables" . | fromYaml).secret | toYaml -}}
{{- end }}

{{/* Files of a mapping or of blueprints as the data of a ConfigMap: dict "files" (dict …). */}}
{{- define "komodor-port.fileData" -}}
{{- $data := dict -}}
{{- range $name, $content := .files -}}
  {{- $_ := set $data $name (ternary $content (toYaml $content) (kindIs "string" $content)) -}}
{{- end -}}
{{- toYaml $data -}}
{{- end }}

{{/* Name of the chart's own Secret. */}}
{{- define "komodor-port.ownSecretName" -}}
{{- $name := (.Values.secret).name -}}
{{- ternary $name "" (and (not (not (.Values.secret).create)) (kindIs "string" $name)) | default (include "komodor-port.fullname" .) -}}
{{- end }}

{{/* Names of all Secrets with settings, as a YAML list. A later one goes before an earlier one. */}}
{{- define "komodor-port.secretList" -}}
{{- $list := list -}}
{{- $hasOwn := ne (include "komodor-port.secretData" .) "{}" -}}
{{- if $hasOwn -}}{{- $list = append $list (include "komodor-port.ownSecretName" .) -}}{{- end -}}
{{- if (.Values.externalSecret).enabled -}}{{- $list = append $list (include "komodor-port.fullname" .) -}}{{- end -}}
{{- $given := list .Values.existingSecret -}}
{{- if or (not $hasOwn) (not (.Values.secret).create) (kindIs "slice" (.Values.secret).name) -}}{{- $given = append $given (.Values.secret).name -}}{{- end -}}
{{- range $one := $given -}}
  {{- range (ternary $one (list $one) (kindIs "slice" $one)) -}}
    {{- if . -}}{{- $list = append $list (tpl . $) -}}{{- end -}}
  {{- end -}}
{{- end -}}
{{- uniq $list | toYaml -}}
{{- end }}
