{{- define "zerohop.name" -}}
{{- if contains "zerohop" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-zerohop" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "zerohop.selector" -}}
app.kubernetes.io/name: zerohop
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "zerohop.labels" -}}
{{ include "zerohop.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "zerohop.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (include "zerohop.name" .) }}
{{- end }}

{{- define "zerohop.image" -}}
{{- with .Values.image -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}
{{- end }}

{{/* Whether the database is PostgreSQL; else it is a file on the volume. */}}
{{- define "zerohop.postgres" -}}
{{- if (.Values.config.storage | default dict).postgres }}true{{ end -}}
{{- end }}

{{/* The portals, from the configuration: hosts of their URLs, as a JSON list. */}}
{{- define "zerohop.portals" -}}
{{- $hosts := list -}}
{{- range .Values.config.session.cookies -}}
{{- $url := .portal_url | default .authelia_url -}}
{{- $hosts = append $hosts (regexReplaceAll ":[0-9]+$" (urlParse $url).host "") -}}
{{- end -}}
{{ $hosts | uniq | toJson }}
{{- end }}

{{/* The authority by which gates name the host: the first portal's, a port that is not 443 included. */}}
{{- define "zerohop.authority" -}}
{{- $cookie := first .Values.config.session.cookies -}}
{{ (urlParse ($cookie.portal_url | default $cookie.authelia_url)).host }}
{{- end }}
