# services.copycat: a mirror of the Nix binary cache as a service.
#
#     services.copycat = {
#       enable = true;
#       channels = [ "nixos-unstable-small" ];
#       publicUrl = "https://mirror.example.org";
#       virtualHost = "mirror.example.org";       # nginx with TLS in front
#       settings.MAX_BUCKET_BYTES = "800GB";      # any variable of README's Configuration
#       environmentFile = "/run/secrets/copycat"; # what is secret: AWS_SECRET_ACCESS_KEY, CLICKHOUSE_URL
#     };
{ config, lib, pkgs, ... }:
let
  cfg = config.services.copycat;
  inherit (lib) mkEnableOption mkIf mkOption types;
  stateDirectory = "/var/lib/copycat";
  environment = {
    DATA_DIR = stateDirectory;
    HOME = stateDirectory;
    CHANNELS = lib.concatStringsSep " " cfg.channels;
    HOST = cfg.host;
    PORT = toString cfg.port;
  }
  // lib.optionalAttrs (cfg.publicUrl != null) { PUBLIC_URL = cfg.publicUrl; }
  // lib.optionalAttrs (cfg.virtualHost != null) { TRUST_PROXY = "127.0.0.1"; }
  // cfg.settings;
  proxied = {
    proxyPass = "http://${cfg.host}:${toString cfg.port}";
    extraConfig = ''
      proxy_buffering off;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Host $host;
      proxy_set_header X-Forwarded-Proto $scheme;
    '';
  };
in
{
  options.services.copycat = {
    enable = mkEnableOption "Copycat, a mirror of the Nix binary cache";
    package = mkOption {
      type = types.package;
      description = "The package whose bin/copycat is run.";
    };
    channels = mkOption {
      type = types.nonEmptyListOf types.str;
      example = [ "nixos-unstable-small" ];
      description = "Channels to mirror. A large one takes some hundred gigabytes.";
    };
    host = mkOption {
      type = types.str;
      default = "127.0.0.1";
      description = "The address that is listened on.";
    };
    port = mkOption {
      type = types.port;
      default = 8080;
      description = "The port that is listened on.";
    };
    openFirewall = mkOption {
      type = types.bool;
      default = false;
      description = "Whether others may reach that port.";
    };
    publicUrl = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "https://mirror.example.org";
      description = "Where the mirror is found by its users.";
    };
    virtualHost = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "mirror.example.org";
      description = "The name of a virtual host of nginx, with TLS, in front of the mirror.";
    };
    settings = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = { RETAIN_DAYS = "60"; };
      description = "Any variable of README's Configuration. Nothing secret: it is readable by everybody in the Nix store.";
    };
    environmentFile = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = "A file of variables that are secret, as systemd.exec(5) has it under EnvironmentFile.";
    };
  };

  config = mkIf cfg.enable {
    assertions = [
      {
        assertion = builtins.all (name: !(cfg.settings ? ${name})) [ "DATA_DIR" "HOST" "PORT" "CHANNELS" ];
        message = "services.copycat.settings may not name DATA_DIR, HOST, PORT or CHANNELS: there are options for them.";
      }
    ];

    users.users.copycat = {
      isSystemUser = true;
      group = "copycat";
      home = stateDirectory;
    };
    users.groups.copycat = { };

    systemd.services.copycat = {
      description = "Copycat, a mirror of the Nix binary cache";
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      inherit environment;
      serviceConfig = {
        Type = "exec";
        User = "copycat";
        Group = "copycat";
        ExecStart = "${cfg.package}/bin/copycat start";
        StateDirectory = "copycat";
        StateDirectoryMode = "0700";
        WorkingDirectory = stateDirectory;
        UMask = "0027";
        KillMode = "mixed";
        TimeoutStopSec = 60;
        Restart = "on-failure";
        RestartSec = 5;
        RestartPreventExitStatus = 2;
        LimitNOFILE = 65536;
        NoNewPrivileges = true;
        CapabilityBoundingSet = "";
        ProtectSystem = "strict";
        ProtectHome = true;
        PrivateTmp = true;
        PrivateDevices = true;
        PrivateUsers = true;
        ProtectClock = true;
        ProtectControlGroups = true;
        ProtectHostname = true;
        ProtectKernelLogs = true;
        ProtectKernelModules = true;
        ProtectKernelTunables = true;
        ProtectProc = "invisible";
        RestrictAddressFamilies = [ "AF_INET" "AF_INET6" "AF_UNIX" ];
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        LockPersonality = true;
        RemoveIPC = true;
        SystemCallArchitectures = "native";
        SystemCallFilter = [ "@system-service" "~@privileged @resources" ];
        SystemCallErrorNumber = "EPERM";
      } // lib.optionalAttrs (cfg.environmentFile != null) { EnvironmentFile = cfg.environmentFile; };
    };

    services.nginx = mkIf (cfg.virtualHost != null) {
      enable = true;
      virtualHosts.${cfg.virtualHost} = {
        forceSSL = true;
        enableACME = lib.mkDefault true;
        extraConfig = "access_log off;";
        locations."/" = proxied;
        # A mirror that is being started again must not stop anybody's build: Nix gives up on a 5xx, and goes on after a 404.
        locations."~ ^/[0-9a-z]+\\.narinfo$" = proxied // {
          extraConfig = proxied.extraConfig + ''
            proxy_intercept_errors on;
            error_page 500 502 503 504 =404 @nothing;
          '';
        };
        locations."@nothing".extraConfig = ''
          default_type text/plain;
          return 404 "404";
        '';
      };
    };

    networking.firewall.allowedTCPPorts = mkIf cfg.openFirewall [ cfg.port ];
  };
}
