// What the portal says of authenticator apps, in English: the other languages are typed by it.

export const en = {
  choose: "Use your authenticator app",
  ask: "Enter the code that your authenticator app shows.",
  wrong: "This code is wrong or was used already. Enter the one that is shown now.",
  code: "Code",
  name: "Authenticator app",
  notSetUp: "Not set up",
  setUp: "Set up an authenticator app",
  replace: "Replace the authenticator app",
  remove: "Remove the authenticator app",
  enrolment: {
    title: "Set up an authenticator app",
    replaces: "It takes the place of the app that you use now.",
    scan: "Scan this with the app.",
    openHere: "Open it on this device instead",
    qrCode: "QR code for your authenticator app",
    typeKey: "If the app cannot scan, type this key:",
    wrong:
      "This is not the code of this key. Check that the clock of your device is right, and enter the code that is shown now.",
    code: "Code that the app shows now",
  },
  notices: {
    setUp: {
      title: "An authenticator app was set up",
      text: "An authenticator app was set up as a second factor of your account.",
    },
    removed: {
      title: "An authenticator app was removed",
      text: "The authenticator app is no second factor of your account any more.",
    },
  },
};

export type Texts = typeof en;
