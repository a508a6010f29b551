{{/* The pod of a host, whatever keeps it. */}}

{{- define "zerohop.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "zerohop.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "zerohop.probe" -}}
httpGet: { path: {{ .path }}, port: http{{ if .context.Values.tls.secret }}, scheme: HTTPS{{ end }} }
{{- end }}

{{- define "zerohop.pod" -}}
metadata:
  labels:
    {{- include "zerohop.selector" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # Pods are replaced when the configuration changes, but for the policy.
    checksum/config: {{ include "zerohop.main" . | sha256sum | quote }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "zerohop.serviceAccount" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext: {{- include "zerohop.podSecurity" . | nindent 4 }}
  terminationGracePeriodSeconds: 20
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- if .Values.users.writable }}
  initContainers:
    # The users file of the Secret is where people begin; what they have changed since stays.
    - name: users
      image: {{ include "zerohop.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      command: [node, -e]
      args:
        - |
          const { constants, copyFileSync } = require("node:fs");
          try {
            copyFileSync("/etc/zerohop-users/users.yml", "/var/lib/zerohop/users.yml", constants.COPYFILE_EXCL);
          } catch (error) {
            if (error.code !== "EEXIST") throw error;
          }
      securityContext: {{- include "zerohop.containerSecurity" . | nindent 8 }}
      resources: {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - { name: users, mountPath: /etc/zerohop-users, readOnly: true }
        - { name: data, mountPath: /var/lib/zerohop }
  {{- end }}
  containers:
    - name: zerohop
      image: {{ include "zerohop.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        - serve
        {{- include "zerohop.configOptions" . | nindent 8 }}
      env: {{- include "zerohop.environment" . | trim | nindent 8 }}
      ports:
        - { name: http, containerPort: {{ .Values.service.port }} }
      securityContext: {{- include "zerohop.containerSecurity" . | nindent 8 }}
      resources: {{- toYaml .Values.resources | nindent 8 }}
      # A new release brings the database up to date first.
      startupProbe:
        {{- include "zerohop.probe" (dict "context" . "path" "/api/health/live") | nindent 8 }}
        periodSeconds: 2
        failureThreshold: 150
      # Not while the database is away: others may reach it.
      readinessProbe:
        {{- include "zerohop.probe" (dict "context" . "path" "/api/health") | nindent 8 }}
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      # Whether the process answers at all: a restart does not bring a database back.
      livenessProbe:
        {{- include "zerohop.probe" (dict "context" . "path" "/api/health/live") | nindent 8 }}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      # So long it takes until gateways know that the pod goes.
      lifecycle:
        preStop:
          sleep: { seconds: 5 }
      volumeMounts:
        {{- include "zerohop.mounts" . | trim | nindent 8 }}
        {{- if not (include "zerohop.postgres" .) }}
        - { name: data, mountPath: /var/lib/zerohop }
        {{- end }}
  volumes:
    {{- include "zerohop.volumes" (dict "context" . "configMap" (include "zerohop.name" .)) | trim | nindent 4 }}
    {{- if and .Values.persistence.existingClaim (not (include "zerohop.postgres" .)) }}
    - name: data
      persistentVolumeClaim: { claimName: {{ .Values.persistence.existingClaim }} }
    {{- end }}
  {{- range $key := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" }}
  {{- with index $.Values $key }}
  {{ $key }}: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end }}
