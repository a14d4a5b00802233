// The drawer of a local exchange: what no other network lets one do.
import { useState } from 'react';
import { useConfig } from '../../state';
import { Button, Dialog } from '../../ui/kit';
import { LocalControls } from './controls';
import './local.css';

export default function LocalDrawer() {
  const { local } = useConfig();
  const [open, setOpen] = useState(false);
  if (local === null) return null;
  return (
    <>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        Local
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Local exchange"
        description="Money and prices of this network mean nothing. Move them and see what happens."
      >
        <LocalControls url={local} />
      </Dialog>
    </>
  );
}
